import { HttpClient } from '@ratestream/tool-simulator';

/** Source of the rates that a person enters and another one approves. */
export const DESK = 'desk';

/**
 * Exchange rates of two days, the second of which is published while the messages are accepted: rule `event` has to change
 * over at its instant, to the microsecond of billing time. Both are known before the first message.
 */
export async function enterDeskRates(
  http: HttpClient,
  baseUrl: string,
  startAt: number,
  changeAt: number,
): Promise<void> {
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
  const { secret } = await http.post<{ secret: string }>(
    '/api/catalog/v1/api-keys',
    {
      id: 'key-chaos-approver',
      name: 'Approves exchange rates',
      scope: 'operator',
      permissions: ['read', 'write', 'admin'],
    },
    'chaos-approver',
  );
  const approver = new HttpClient({ baseUrl, apiKey: secret });
  await approver.post(`${path}/${staged.id}/approve`, {}, 'chaos-desk-approval');
}
