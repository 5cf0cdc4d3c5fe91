import { useEffect, useRef, useState } from 'react';
import { readAccounts, readLive, type Live } from './api.js';
import { Balances } from './balances.js';
import { ExplanationDrawer } from './explanation-drawer.js';
import { LagPanel } from './lag-panel.js';
import { LastMessages } from './last-messages.js';
import { MoneyTable } from './money-table.js';
import { Panel } from './panel.js';
import { RateChart } from './rate-chart.js';
import { ErrorPage, LoadingPage, StaleBanner } from './states.js';
import { Tiles } from './tiles.js';
import { TopBar } from './top-bar.js';
import { usePace } from './use-pace.js';
import { useNow, usePolling } from './use-polling.js';

const LIVE_EVERY_MS = 1_000;
const BALANCES_EVERY_MS = 1_500;
/** Long enough for a slow answer now and then, short enough that nobody decides on old figures. */
const STALE_AFTER_MS = 10_000;

export function LivePage({ apiKey, onLeave }: { apiKey: string; onLeave(reason: string | null): void }) {
  const live = usePolling((signal) => readLive(apiKey, signal), LIVE_EVERY_MS, apiKey);
  const accounts = usePolling((signal) => readAccounts(apiKey, signal), BALANCES_EVERY_MS, apiKey);
  const pace = usePace(live.data);
  const names = new Map((accounts.data ?? []).map((account) => [account.id, account.name]));
  const [opened, setOpened] = useState<string | null>(null);
  const ageMs = useAge(live.data);

  const refused = live.error?.status === 401 ? live.error.message : null;
  useEffect(() => {
    if (refused !== null) onLeave(refused);
  }, [refused, onLeave]);

  const stale = live.data !== null && ageMs !== null && ageMs > STALE_AFTER_MS;
  const retry = (): void => {
    live.retry();
    accounts.retry();
  };
  return (
    <div className="page">
      <TopBar
        freshness={{ state: live.data === null ? 'waiting' : stale ? 'stale' : 'live', ageMs }}
        onLeave={() => onLeave(null)}
      />
      <main>
        {live.data === null && live.error === null && <LoadingPage />}
        {live.data === null && live.error !== null && <ErrorPage message={live.error.message} onRetry={retry} />}
        {stale && (
          <StaleBanner
            ageMs={ageMs}
            reason={live.error?.message ?? 'Analytics answers, but its figures do not move on.'}
            onRetry={retry}
          />
        )}
        {live.data !== null && (
          <>
            <Tiles live={live.data} />
            <div className="columns">
              <Panel title="Messages per second" note="whole seconds" id="chart">
                <RateChart points={pace} />
              </Panel>
              <MoneyTable money={live.data.money} />
            </div>
            <div className="columns">
              <LastMessages last={live.data.last} names={names} onOpen={setOpened} />
              <div style={{ display: 'grid', gap: 16, alignContent: 'start' }}>
                <Balances accounts={accounts} />
                <LagPanel lag={live.data.lag} />
              </div>
            </div>
          </>
        )}
      </main>
      <ExplanationDrawer messageId={opened} apiKey={apiKey} onClose={() => setOpened(null)} />
    </div>
  );
}

/**
 * How old the figures are: since `asOf` last moved on, by this browser's clock, because the server's may differ from it.
 */
function useAge(data: Live | null): number | null {
  const seen = useRef<{ asOf: string; atMs: number } | null>(null);
  const now = useNow();
  if (data === null) return null;
  if (seen.current?.asOf !== data.asOf) seen.current = { asOf: data.asOf, atMs: Date.now() };
  return Math.max(0, now - seen.current.atMs);
}
