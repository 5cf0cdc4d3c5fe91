import { useState } from 'react';
import { KeyForm } from './key-form.js';
import { LivePage } from './live-page.js';
import { forgetKey, keepKey, takeKey } from './session-key.js';

/** A key first, then the page. */
export function App() {
  const [key, setKey] = useState(takeKey);
  const [refused, setRefused] = useState<string | null>(null);

  if (key === null) {
    return (
      <KeyForm
        refused={refused}
        onKey={(entered) => {
          keepKey(entered);
          setRefused(null);
          setKey(entered.trim());
        }}
      />
    );
  }
  const leave = (reason: string | null): void => {
    forgetKey();
    setRefused(reason);
    setKey(null);
  };
  return <LivePage key={key} apiKey={key} onLeave={leave} />;
}
