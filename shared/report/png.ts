import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { loadAsset } from './assets.ts';
import { sfntOfWoff } from './woff.ts';

/** Loaded once per process, at the first picture: WebAssembly can be initialised only once. */
let renderer: Promise<Uint8Array> | undefined;

async function load(): Promise<Uint8Array> {
  await initWasm(loadAsset('resvg'));
  return sfntOfWoff(loadAsset('font'));
}

/**
 * Draws an SVG as PNG, `zoom` times as large as it says (2: sharp on dense screens). Text is set in Lato, Latin letters only: others
 * are left out.
 */
export async function pngOfSvg(svg: string, zoom = 2): Promise<Buffer> {
  renderer ??= load();
  const font = await renderer;
  const image = new Resvg(svg, {
    font: { fontBuffers: [font], defaultFontFamily: 'Lato', sansSerifFamily: 'Lato', loadSystemFonts: false },
    fitTo: { mode: 'zoom', value: zoom },
  });
  const rendered = image.render();
  try {
    return Buffer.from(rendered.asPng());
  } finally {
    // Memory of the WebAssembly instance is not collected.
    rendered.free();
    image.free();
  }
}
