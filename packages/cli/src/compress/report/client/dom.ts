/** An element with attributes, and children that are elements or text; text is never read as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K, attributes: Readonly<Record<string, string>> = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** 1234567 → `1,234,567`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en');

/** 0.123 → `12.3 %`. */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** Three figures that count; what is below half a microsecond is called so. */
export const ms = (value: number): string => (value < 0.0005 ? '< 0.001' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3));

export const times = (factor: number): string => `${factor >= 10 ? factor.toFixed(0) : factor.toFixed(factor >= 3 ? 1 : 2)}×`;

/** 523760 → `512 kB`: 1024 bytes to a kB. */
export function bytes(value: number): string {
  if (value < 1024) return `${Math.round(value)} B`;
  const [size, unit] = value < 2 ** 20 ? [value / 1024, 'kB'] : value < 2 ** 30 ? [value / 2 ** 20, 'MB'] : [value / 2 ** 30, 'GB'];
  return `${size >= 100 ? size.toFixed(0) : size.toFixed(1)} ${unit}`;
}

/** 24112800 → `24.1 M`. */
export const millions = (value: number): string => (value >= 1e9 ? `${(value / 1e9).toFixed(2)} G` : value >= 1e5 ? `${(value / 1e6).toFixed(value >= 1e7 ? 1 : 2)} M` : value >= 1e3 ? `${(value / 1e3).toFixed(1)} k` : String(Math.round(value)));

/** What `--NAME` of the page's style comes to now, light or dark. */
export function colour(name: string): string {
  probe.style.color = `var(--${name})`;
  if (!probe.isConnected) document.documentElement.append(probe);
  return getComputedStyle(probe).color;
}

/** A property that holds light-dark() is told as it is written; a colour as it comes out. */
const probe = el('i', { hidden: '' });
