const NAME = 'ratestream.key';

/**
 * The API key of this tab. It may come in the address as `#key=…` (a fragment is never sent to a server); it is taken out
 * of the address at once, so that it stays out of the history and of screenshots.
 */
export function takeKey(): string | null {
  const fromAddress = new URLSearchParams(window.location.hash.slice(1)).get('key');
  if (fromAddress !== null && fromAddress !== '') {
    keepKey(fromAddress);
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }
  return window.sessionStorage.getItem(NAME);
}

/** Kept until the tab is closed. */
export function keepKey(key: string): void {
  window.sessionStorage.setItem(NAME, key.trim());
}

export function forgetKey(): void {
  window.sessionStorage.removeItem(NAME);
}
