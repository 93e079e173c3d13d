// A screenshot as a small PNG: text on paper has few colours, and a palette of them takes a third of the bytes.
import { crc32, deflateSync } from "node:zlib";

/** The screenshot with a palette of 256 colours at most; a page of the browser reads its points. */
export async function small(page, screenshot) {
  const { width, height, palette, points } = await page.evaluate(paletted, screenshot.toString("base64"));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) rows.set(points.slice(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flat())),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Neighbouring colours become the most frequent of them, so that paper and ink stay what they are. */
async function paletted(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, width, height);
  for (let bits = 3; ; bits += 1) {
    const near = new Map();
    const bucket = (at) => ((data[at] >> bits) << 16) | ((data[at + 1] >> bits) << 8) | (data[at + 2] >> bits);
    for (let at = 0; at < data.length; at += 4) {
      const colours = near.get(bucket(at)) ?? near.set(bucket(at), new Map()).get(bucket(at));
      const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    if (near.size > 256) continue;
    const order = new Map([...near.keys()].map((key, place) => [key, place]));
    const palette = [...near.values()].map((colours) => {
      const [colour] = [...colours].sort((a, b) => b[1] - a[1])[0];
      return [colour >> 16, (colour >> 8) & 255, colour & 255];
    });
    const points = [];
    for (let at = 0; at < data.length; at += 4) points.push(order.get(bucket(at)));
    return { width, height, palette, points };
  }
}
