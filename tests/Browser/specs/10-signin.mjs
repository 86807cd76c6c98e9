import assert from 'node:assert/strict';

/** Who may come in, and what the browser is told about the page. */
export default function signin({ test, stack, browser }) {
  test('SignIn_ByLink_WorksOnce', { timeout: 180_000 }, async () => {
    const made = await fetch(`${stack.address}/api/v1/session/links`, {
      method: 'POST', headers: { Authorization: `Bearer ${stack.token}`, 'Content-Type': 'application/json' }, body: '{}',
    });
    const { path } = await made.json();
    const first = await browser.open();
    await first.goto(path);
    await first.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await first.context().close();
    const late = await browser.open();
    await late.goto(path);
    await late.getByText('It is unknown, used or older than 10 minutes.').waitFor();
    await late.getByRole('button', { name: 'Sign in another way' }).click();
    await late.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await late.context().close();
  });

  test('FirstPage_ContentPolicy_AllowsOnlyMarkedStylesAndNoInlineScript', { timeout: 60_000 }, async () => {
    const marks = await Promise.all([1, 2].map(async () => {
      const answer = await fetch(`${stack.address}/runs/anything`);
      const policy = Object.fromEntries(answer.headers.get('content-security-policy').split('; ').map((each) => [each.split(' ')[0], each.split(' ').slice(1)]));
      const mark = /name="csp-nonce" content="([^"]+)"/.exec(await answer.text())?.[1];
      assert.deepEqual(policy['script-src'], ["'self'"]);
      assert.deepEqual(policy['style-src-elem'], ["'self'", `'nonce-${mark}'`]);
      return mark;
    }));
    assert.notEqual(marks[0], marks[1], 'a mark that is used twice marks nothing');
  });
}
