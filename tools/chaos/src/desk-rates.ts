import { asAnotherPerson } from '@ratestream/tool-simulator';
import type { HttpClient } from '@ratestream/tool-simulator';

/** Source of the rates that a person enters and another one approves. */
export const DESK = 'desk';

/**
 * Exchange rates of two days, the second of which is published while the messages are accepted: rule `event` has to change
 * over at its instant, to the microsecond of billing time. Both are known before the first message.
 */
export async function enterDeskRates(http: HttpClient, startAt: number, changeAt: number): Promise<void> {
  const dayOf = (at: number): string => new Date(at / 1000).toISOString().slice(0, 10);
  const hour = 3_600_000_000;
  const day = (publishedAt: number, rates: Record<string, string>) => ({
    date: dayOf(publishedAt),
    publishedAt: new Date(publishedAt / 1000).toISOString(),
    rates,
  });
  const path = '/api/catalog/v1/fx-rates/manual';
  const staged = await http.post<{ id: string }>(
    path,
    {
      source: DESK,
      base: 'EUR',
      note: 'made up by chaos',
      days: [
        day(startAt - 24 * hour, { USD: '1.15737', GBP: '0.86913' }),
        day(changeAt, { USD: '1.17211', GBP: '0.87301' }),
      ],
    },
    'chaos-desk-rates',
  );
  await asAnotherPerson(http, 'key-chaos-approver', (other) =>
    other.post(`${path}/${staged.id}/approve`, {}, 'chaos-desk-approval'),
  );
}
