/**
 * The mark that the control plane put on this page and named in its content policy: style elements without it are refused.
 * The development server puts none there, and has no such policy.
 */
export const styleNonce: string = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// What keeps the page behind a dialog from scrolling makes its style element by a package that looks for the mark here.
Object.assign(globalThis, { __webpack_nonce__: styleNonce });
