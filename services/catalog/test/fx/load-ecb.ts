import type { HttpClient } from '@ratestream/testing';

/** Rates of the bank: uploaded with the key of the installation, approved by another person. */
export async function loadEcb(catalog: HttpClient, csv: string): Promise<void> {
  const path = '/api/catalog/v1/fx-rates';
  const staged = await catalog.post<{ id: string }>(`${path}/ecb`, csv, { contentType: 'text/csv' });
  expect(staged).toMatchObject({ status: 201, body: { status: 'staged', refused: [] } });
  const key = { name: 'approves rates', permissions: ['write'] };
  const second = catalog.as((await catalog.post<{ secret: string }>('/api/catalog/v1/api-keys', key)).body.secret);
  const approved = await second.post(`${path}/manual/${staged.body.id}/approve`, {});
  expect(approved).toMatchObject({ status: 200, body: { status: 'approved' } });
}
