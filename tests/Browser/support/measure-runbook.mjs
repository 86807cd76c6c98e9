// A runbook of a given number of steps with the shape of a real one: phases that follow each other, each with a chain, a
// for-each of two or three steps and branches side by side; some steps wait for others than the one before them.

const step = (id, uses, settings, more = '') => `{ id: ${id}, title: "${id.replaceAll('-', ' ')}", uses: ${uses}, with: ${settings}${more} }`;

/** The document, and the titles of a few steps that stand at its beginning. */
export function grownRunbook(name, steps) {
  const lines = [];
  let count = 0;
  const put = (depth, text) => lines.push(' '.repeat(4 + depth * 4) + text);
  const leaf = (depth, id, kind, needs = []) => {
    if (count >= steps) return;
    count++;
    const after = needs.length > 0 ? `, needs: [${needs.join(', ')}]` : '';
    if (kind === 'wait') put(depth, `- ${step(id, 'delay', '{ for: 1s }', after)}`);
    else if (kind === 'tell') put(depth, `- ${step(id, 'notify', '{ severity: info, title: "${group.id} has reached this" }', `, onFailure: continue${after}`)}`);
    else if (kind === 'start') put(depth, `- ${step(id, 'workload.start', '{ workload: "${machine.id}" }')}`);
    else if (kind === 'check') put(depth, `- ${step(id, 'workload.check', '{ workload: "${machine.id}" }')}`);
    else {
      put(depth, `- id: ${id}`);
      put(depth, `  title: The answer of ${id.replaceAll('-', ' ')}`);
      put(depth, '  uses: probe');
      put(depth, '  # The address of the new site.');
      put(depth, '  with: { site: "${inputs.to}", tcp: "127.0.0.1:5432", within: 2m }');
      put(depth, '  retry: { attempts: 3, initial: 2s, factor: 2, max: 30s }');
    }
  };
  for (let phase = 1; count < steps; phase++) {
    const of = (word) => `${word}-${phase}`;
    leaf(0, of('prepare'), 'wait');
    leaf(0, of('gate'), 'probe');
    if (count >= steps) break;
    put(0, `- id: ${of('machines')}`);
    put(0, `  title: Machines of phase ${phase}`);
    put(0, '  forEach: "${group.workloads[tier=database]}"');
    put(0, '  as: machine');
    put(0, '  concurrency: 2');
    put(0, '  steps:');
    for (const [id, kind] of [['start', 'start'], ['look', 'check'], ['settle', 'wait']]) leaf(1, id, kind);
    if (count >= steps) break;
    put(0, `- id: ${of('together')}`);
    put(0, `  title: Side by side in phase ${phase}`);
    put(0, '  parallel: true');
    put(0, '  steps:');
    leaf(1, 'tell', 'tell');
    leaf(1, 'ask', 'probe');
    for (const branch of ['front', 'back']) {
      if (count >= steps) break;
      put(1, `- id: ${branch}`);
      put(1, `  title: The ${branch} in its order`);
      put(1, '  steps:');
      leaf(2, 'first', 'wait');
      leaf(2, 'second', 'probe');
      leaf(2, 'third', 'wait', branch === 'front' ? ['first'] : []);
    }
    leaf(0, of('after'), 'tell', [of('machines'), of('gate')]);
    leaf(0, of('done'), 'wait', [of('after'), of('together')]);
  }
  return document(name, `A runbook of ${steps} steps`, '  inputs:\n    - { name: to, type: site, required: true }\n', lines.join('\n'));
}

/** Steps that follow each other and are over at once, for a run to look at. */
export function quickRunbook(name, steps) {
  const lines = Array.from({ length: steps }, (_, i) => `    - ${step(`wait-${i + 1}`, 'delay', '{ for: 0s }')}`);
  return document(name, 'Over at once', '', lines.join('\n'));
}

const document = (name, title, inputs, steps) => `apiVersion: runbooks/v1
kind: Runbook
metadata:
  name: ${name}
  title: ${title}
  owner: dr
spec:
  for: custom
  objectives: { rto: 2h, rpo: 0s }
${inputs}  approvals: { real: none, drill: none }
  defaults: { timeout: 10m, onFailure: ask }
  steps:
${steps}
`;
