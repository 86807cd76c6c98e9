import jsQR from 'jsqr';

const side = 400;

/** What a phone's camera makes of a drawn QR code: its picture alone, on a page of its own, read by a foreign reader. */
export async function readQr(browser, drawn) {
  const svg = await drawn.evaluate((element) => element.outerHTML);
  const page = await browser.open();
  // A page without a content policy: what is drawn there is only the picture.
  await page.goto('about:blank');
  const data = await page.evaluate(async ({ markup, side }) => {
    const drawing = new DOMParser().parseFromString(markup, 'text/html').querySelector('svg');
    drawing.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    drawing.setAttribute('width', side);
    drawing.setAttribute('height', side);
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([drawing.outerHTML], { type: 'image/svg+xml' }));
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
    const brush = canvas.getContext('2d');
    brush.drawImage(image, 0, 0, side, side);
    // One byte a pixel is enough to carry out of the page.
    return [...brush.getImageData(0, 0, side, side).data.filter((_, at) => at % 4 === 0)];
  }, { markup: svg, side });
  await page.context().close();
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  data.forEach((grey, at) => pixels.fill(grey, at * 4, at * 4 + 3));
  return jsQR(pixels, side, side)?.data;
}
