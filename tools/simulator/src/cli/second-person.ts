import type { HttpClient } from './http-client.js';

/**
 * Acts with the key of another person: what one person brings another has to approve. The key is made for this and revoked
 * afterwards.
 *
 * In   http: with the installation's own key, which alone makes keys of other persons; id: of the key, never used before
 */
export async function asAnotherPerson<T>(
  http: HttpClient,
  id: string,
  act: (other: HttpClient) => Promise<T>,
): Promise<T> {
  const keys = '/api/catalog/v1/api-keys';
  const key = { id, name: 'Approves what the simulator brings', scope: 'operator', permissions: ['read', 'write'] };
  const { secret } = await http.post<{ secret: string | null }>(keys, key, id);
  if (secret === null) throw new Error(`the answer with the secret of ${id} was lost; run it again`);
  try {
    return await act(http.withKey(secret));
  } finally {
    await http.delete(`${keys}/${id}`, `${id}-revoked`);
  }
}
