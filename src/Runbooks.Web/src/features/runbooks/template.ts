import { scalarText } from './document/scalars';

/** What a new runbook begins with: sound, and with one step to look at. */
export function template(name: string, title: string, purpose: string): string {
  const drill = purpose === 'drill-isolated';
  return `# yaml-language-server: $schema=./schema/runbook.v1.json
apiVersion: runbooks/v1
kind: Runbook
metadata:
  name: ${name}
  title: ${scalarText(title || name, false)}
spec:
  for: ${purpose}
  inputs:
    - { name: to, type: site, required: true, title: Site that takes over }
  steps:
    - id: ready
      title: Check readiness
      uses: ${drill ? 'drill.isolated' : 'group.readiness'}
      with: { ${drill ? 'site' : 'to'}: "\${inputs.to}" }
`;
}

export const nameShape = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
