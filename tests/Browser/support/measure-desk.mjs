// What a person does to an open runbook, by mouse and keyboard alone: while it is measured nothing else is asked of the
// page, so every place is looked up before.

export class Desk {
  /** For each thing done, how far apart the page's frames were, in ms. */
  apart = new Map();

  constructor(page) {
    this.page = page;
  }

  async open(address) {
    await this.page.goto(address);
    await this.page.locator('[data-settled] [data-node]').first().waitFor();
    await this.page.getByText('No problems: this draft can be published.').waitFor();
    await this.page.locator('[data-save=saved]').waitFor();
    // The view stands where the runbook begins.
    while ((await this.steps()).length === 0) await this.rest(200);
    await this.rest(1500);
  }

  async everything() {
    const { page } = this;
    const nodes = await this.steps();
    const second = nodes[1] ?? nodes[0];
    await this.part('selecting', async () => {
      for (let i = 0; i < 5; i++) {
        const node = nodes[i % nodes.length];
        await page.mouse.click(node.x, node.y);
        await this.rest(300);
      }
    });
    const title = await this.field('title');
    await this.part('typing a title', async () => {
      await page.mouse.click(title.x, title.y);
      await this.words('and then the rest of the machines ');
    });
    await this.part('undoing', async () => {
      await page.mouse.click(second.x, second.y);
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press('Control+z');
        await this.rest(300);
      }
      for (let i = 0; i < 2; i++) {
        await page.keyboard.press('Control+y');
        await this.rest(300);
      }
    });
    const tool = await this.place(page.getByRole('button', { name: 'Delay', exact: true }));
    await this.part('adding a step', async () => {
      await page.mouse.click(tool.x, tool.y);
      await this.rest(1500);
      await page.keyboard.press('Control+z');
      await this.rest(1500);
    });
    const [moved] = await this.steps();
    await this.part('dragging a node', async () => {
      await page.mouse.move(moved.x, moved.y);
      await page.mouse.down();
      await this.glide(moved, { x: moved.x + 160, y: moved.y + 30 }, 50);
      await this.glide({ x: moved.x + 160, y: moved.y + 30 }, { x: moved.x + 60, y: moved.y }, 40);
      await page.mouse.up();
      await this.rest(800);
    });
    const ground = await this.ground();
    await this.part('panning', async () => {
      await page.mouse.move(ground.x, ground.y);
      await page.mouse.down();
      await this.glide(ground, { x: ground.x, y: ground.y - 350 }, 60);
      await this.glide({ x: ground.x, y: ground.y - 350 }, { x: ground.x, y: ground.y }, 60);
      await page.mouse.up();
      await this.rest(200);
    });
    await this.part('zooming', async () => {
      for (let i = 0; i < 20; i++) {
        await page.mouse.wheel(0, i < 10 ? 120 : -120);
        await this.rest(60);
      }
      await this.rest(300);
    });
    await page.getByRole('tab', { name: 'YAML' }).click();
    const line = page.locator('.cm-line', { hasText: 'title: ' }).first();
    await line.waitFor();
    await this.rest(800);
    const text = await this.place(line);
    await this.part('typing YAML', async () => {
      await page.mouse.click(text.x, text.y);
      await page.keyboard.press('End');
      await this.words(' as it was before the move ');
    });
  }

  /** Begins and ends a part with marks that the trace keeps, and asks for every frame in between. */
  async part(name, act) {
    await this.rest(400);
    await this.page.evaluate((mark) => {
      const times = [];
      let before = performance.now();
      const frame = (now) => {
        times.push(now - before);
        before = now;
        if (window.measured === times) requestAnimationFrame(frame);
      };
      window.measured = times;
      requestAnimationFrame(frame);
      performance.mark(`begin ${mark}`);
    }, name);
    await act();
    this.apart.set(name, await this.page.evaluate((mark) => {
      performance.mark(`end ${mark}`);
      const times = window.measured.slice(1);
      window.measured = null;
      return times;
    }, name));
  }

  /** As somebody types who knows where the keys are: nine a second, and a thought after each word. */
  async words(text) {
    for (const letter of text) {
      await this.page.keyboard.type(letter);
      await this.rest(letter === ' ' ? 350 : 110);
    }
    await this.rest(1200);
  }

  async glide(from, to, frames) {
    for (let i = 1; i <= frames; i++) {
      await this.page.mouse.move(from.x + ((to.x - from.x) * i) / frames, from.y + ((to.y - from.y) * i) / frames);
      await this.rest(16);
    }
  }

  /** The middles of steps that can be taken hold of, from the top. */
  steps() {
    return this.page.evaluate(() => {
      const canvas = document.querySelector('.react-flow').getBoundingClientRect();
      return [...document.querySelectorAll('.react-flow__node-step')]
        .map((node) => node.getBoundingClientRect())
        .filter((box) => box.top > canvas.top + 60 && box.bottom < canvas.bottom - 10 && box.left > canvas.left && box.right < canvas.right - 160)
        .map((box) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 }))
        .sort((a, b) => a.y - b.y);
    });
  }

  /** A place of the canvas where nothing stands. */
  ground() {
    return this.page.evaluate(() => {
      const canvas = document.querySelector('.react-flow').getBoundingClientRect();
      for (let y = canvas.bottom - 30; y > canvas.top; y -= 10) {
        for (let x = canvas.left + 60; x < canvas.right - 160; x += 10) {
          if (document.elementFromPoint(x, y)?.classList.contains('react-flow__pane')) return { x, y };
        }
      }
      throw new Error('The canvas is covered.');
    });
  }

  field(label) {
    return this.place(this.page.getByRole('region', { name: 'Properties' }).getByLabel(label, { exact: true }));
  }

  async place(element) {
    await element.scrollIntoViewIfNeeded();
    const box = await element.boundingBox();
    return { x: box.x + Math.min(box.width / 2, 60), y: box.y + box.height / 2 };
  }

  rest(ms) {
    return new Promise((done) => setTimeout(done, ms));
  }
}
