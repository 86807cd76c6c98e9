import assert from 'node:assert/strict';
import { until } from './api.mjs';

/** Presses a key until the focus is where it should be, as somebody without a mouse does; each press is waited for by its effect. */
export async function reach(page, locator, key) {
  await locator.waitFor({ state: 'attached' });
  const has = () => locator.evaluate((element) => element === document.activeElement || element.contains(document.activeElement)).catch(() => false);
  for (let i = 0; i < 150; i++) {
    if (await has()) return;
    await page.keyboard.press(key);
  }
  const at = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  assert.fail(`${key} does not lead to ${locator}; the focus ended at ${at}`);
}

/** Waits until an element has the focus. */
export async function focused(locator) {
  await locator.waitFor();
  await until(() => locator.evaluate((element) => element === document.activeElement).catch(() => false), `the focus is at ${locator}`, 60_000);
}

/** The designer as a person has it before them. */
export class Desk {
  constructor(page) {
    this.page = page;
  }

  node(id) {
    return this.page.locator(`[data-node="${id}"]`);
  }

  field(name) {
    return this.page.getByRole('region', { name: 'Properties' }).getByRole('combobox', { name, exact: true });
  }

  /** From the toolbox to beneath a node, or into the block that it is. */
  async drag(tool, id, where = 'beneath') {
    await this.settled();
    const target = await this.node(id).boundingBox();
    const canvas = this.page.locator('.react-flow__pane');
    const frame = await canvas.boundingBox();
    const at = { x: target.x + target.width / 2 - frame.x, y: target.y + (where === 'inside' ? target.height * 0.7 : target.height + 14) - frame.y };
    await this.page.getByRole('button', { name: tool, exact: true }).dragTo(canvas, { targetPosition: at, force: true });
  }

  /** From the lower end of one node to the upper end of another. */
  async connect(from, to) {
    await this.settled();
    const end = (id, kind) => this.page.locator(`.react-flow__node[data-id="${id}"] > div > .react-flow__handle.${kind}`);
    await end(from, 'source').dragTo(end(to, 'target'));
  }

  /** What is chosen, in the order of the graph. */
  chosen() {
    return this.page.locator('[data-node][data-selected]').evaluateAll((nodes) => nodes.map((node) => node.dataset.node));
  }

  async chosenAre(...ids) {
    await until(async () => (await this.chosen()).sort().join() === [...ids].sort().join(), `${ids.join(', ')} chosen`, 60_000);
  }

  async box(id) {
    await this.settled();
    return this.node(id).boundingBox();
  }

  /** Takes a node by its title and lets it go elsewhere, relative to another node's upper left corner. */
  async carry(id, target, at) {
    const [from, to] = [await this.box(id), await this.box(target)];
    await this.page.mouse.move(from.x + 60, from.y + 18);
    await this.page.mouse.down();
    await this.page.mouse.move(from.x + 70, from.y + 28, { steps: 3 });
    await this.page.mouse.move(to.x + at.x + 60, to.y + at.y + 18, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Draws a frame around nodes with the Shift key held. */
  async frame(...ids) {
    const boxes = await Promise.all(ids.map((id) => this.box(id)));
    const [left, top] = [Math.min(...boxes.map((box) => box.x)) - 12, Math.min(...boxes.map((box) => box.y)) - 8];
    const [right, bottom] = [Math.max(...boxes.map((box) => box.x + box.width)) + 12, Math.max(...boxes.map((box) => box.y + box.height)) + 8];
    await this.page.keyboard.down('Shift');
    await this.page.mouse.move(left, top);
    await this.page.mouse.down();
    await this.page.mouse.move(right, bottom, { steps: 10 });
    await this.page.mouse.up();
    await this.page.keyboard.up('Shift');
  }

  undo() {
    return this.page.getByRole('button', { name: 'Undo', exact: true }).click();
  }

  redo() {
    return this.page.getByRole('button', { name: 'Redo', exact: true }).click();
  }

  async textHas(pattern, what) {
    await until(async () => pattern.test(await this.text()), what ?? String(pattern), 60_000);
  }

  settled() {
    return this.page.locator('[data-settled]').waitFor();
  }

  async saved() {
    await this.page.locator('[data-save=saved]').waitFor();
  }

  /** The text as this tab keeps it, a moment after each change. */
  async text() {
    return this.page.evaluate(() => {
      const name = location.pathname.split('/')[2];
      const [, kept] = Object.entries(sessionStorage).find(([key]) => key.startsWith('runbooks.draft.') && key.endsWith(`.${name}`)) ?? [];
      return kept === undefined ? '' : JSON.parse(JSON.parse(kept).editor).text;
    });
  }
}
