export type { Answer, Body, FoundChromium, Mount, OpenPage, PageOptions, ServeOptions, Served } from './browser/contract.js';
export { bundle, type BundleOptions } from './browser/bundle.js';
export { findChromium, withPage } from './browser/chromium.js';
export { serve } from './browser/serve.js';
