/** Chapters of one story: after one that failed the others have nothing to stand on, and say so. */
export function story(test) {
  let broken = false;
  return (name, options, tell) => test(name, options, async (context) => {
    if (broken) return context.skip('an earlier chapter failed');
    broken = true;
    await tell();
    broken = false;
    return undefined;
  });
}
