import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from '@mantine/core';

// Text of what is outlined in red: the library's own is too light for small text, on white and on dark.
const redText = 'light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))';

// Each state has one colour; shade 8 is read on white and shade 3 on dark, both at 4.5:1 or better.
const amber: MantineColorsTuple = [
  '#fff8e1', '#ffecb5', '#ffdd85', '#ffcc52', '#f5b81f', '#d99c00', '#b98300', '#976a00', '#7a5500', '#5c4000',
];

/** Look of the console: dense, plain, tabular figures; indigo is the only accent. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 6,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "DejaVu Sans Mono", "Liberation Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  headings: { sizes: { h1: { fontSize: '22px' }, h2: { fontSize: '17px' }, h3: { fontSize: '15px' } } },
  colors: { amber },
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    return input.variant === 'outline' && input.color?.startsWith('red') === true ? { ...colors, color: redText } : colors;
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    // A link within text is told by more than its colour.
    Anchor: { defaultProps: { underline: 'always' } },
    Button: { defaultProps: { size: 'xs' } },
    // Options are drawn when they are asked for: a form has twenty fields, and each would keep a list behind it.
    Combobox: { defaultProps: { keepMounted: false } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', highlightOnHover: true } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } } },
  },
});
