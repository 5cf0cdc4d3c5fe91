import { codecs, sampleRated, sampleUsage, uuidV5, NAMESPACES } from '../dist/index.js';
import { hash } from 'node:crypto';
const time = (name, n, f) => {
  f(n / 10);
  f(n / 5); // warm
  let best = Infinity;
  for (let r = 0; r < 5; r++) {
    const t = process.hrtime.bigint();
    f(n);
    best = Math.min(best, Number(process.hrtime.bigint() - t) / n);
  }
  console.log(name.padEnd(24), (best / 1000).toFixed(3), 'µs');
};
for (const [name, make] of [
  ['UsageEvent', sampleUsage],
  ['RatedEvent', sampleRated],
]) {
  const values = Array.from({ length: 64 }, () => make());
  const bytes = values.map((v) => codecs[name].encode(v));
  console.log(name, bytes[0].length, 'bytes');
  time(`${name} encode`, 100_000, (n) => {
    for (let i = 0; i < n; i++) codecs[name].encode(values[i & 63]);
  });
  time(`${name} decode`, 100_000, (n) => {
    for (let i = 0; i < n; i++) codecs[name].decode(bytes[i & 63]);
  });
}
const text = 'kannel-1\u001ff3a1c9e2-77-aaaaaaaaaaaaaaaaaaa\u001f1\u001f1\u001fdelivered';
let sink = 0;
time('uuidV5', 200_000, (n) => {
  for (let i = 0; i < n; i++) sink += uuidV5(NAMESPACES.leg, text + i).length;
});
const ns = Buffer.from(NAMESPACES.leg).toString('latin1');
time('node hash sha1 hex', 200_000, (n) => {
  for (let i = 0; i < n; i++) sink += hash('sha1', ns + text + i, 'hex').length;
});
if (sink === 0) throw new Error('nothing was measured');
