import '@mantine/core/styles.css';
import { createRoot } from 'react-dom/client';
import { App } from './shell/App';
// After everything that App brings: what the console says about the library's look is said last.
import './styles.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
