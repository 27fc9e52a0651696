import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { bundle } from '@fretwork/bench';
import type { CompressReport, MaskPicture } from './record.js';
import { STYLE } from './style.js';

/**
 * One page that needs nothing but itself: script, style and data stand in it, and its policy lets nothing else in. Names of layers
 * come from files: they are data of the script, never markup.
 */
export async function reportPage(report: CompressReport, pictures: readonly MaskPicture[]): Promise<string> {
  const script = inScript(await clientScript());
  const hash = createHash('sha256').update(script).digest('base64');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<link rel="icon" href="data:,">
<title>fretwork compress</title>
<style>${STYLE}</style>
<body>
<noscript>This report is drawn by a script; the same figures stand in report.json.</noscript>
<script type="application/json" id="data">${jsonInPage({ report, pictures })}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** JSON that no name can break out of: `<` ends scripts and opens comments, two separators end lines in older readers. */
export const jsonInPage = (value: unknown): string => JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A text `</script` in the source would end it; inside strings and patterns, the only places for it, this means the same. */
const inScript = (script: string): string => script.replace(/<\/(script)/gi, String.raw`<\/$1`).replaceAll('<!--', String.raw`<\!--`);

/** Made when the package is built; from the sources where it is not. */
async function clientScript(): Promise<string> {
  const built = new URL('./client.bundle.js', import.meta.url);
  return existsSync(built) ? await readFile(built, 'utf8') : await bundle(new URL('./client/main.ts', import.meta.url));
}
