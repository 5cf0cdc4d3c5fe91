import kafkajs from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import Cluster, { type Coordinator } from 'kafkajs/src/cluster/index.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { encodeProduce } from './produce-request.js';

/** The client's values. It is CommonJS, and Node finds only some of its named exports. */
export const { AssignerProtocol, ConfigResourceTypes, ConfigSource, Partitioners, logLevel } = kafkajs;
export const ClientKafka = kafkajs.Kafka;

// After every request the client sets a timer to look for waiting ones, also where none wait, and with a negative time:
// Node 24 warns of it on the console, and it costs a timer per request.
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};

const COORDINATOR_KNOWN_MS = 1000;
const coordinators = new WeakMap<Cluster, Map<string, { broker: Coordinator; at: number }>>();

// The client asks who coordinates before every single call of a transaction: four of its nine round trips. The answer
// is kept for a second per connection. A coordinator that has moved answers with an error, after which a transactional
// producer is thrown away with all that it knows, and everybody else asks again within that second.
const findGroupCoordinator = Cluster.prototype.findGroupCoordinator;
Cluster.prototype.findGroupCoordinator = async function (this: Cluster, question): Promise<Coordinator> {
  let known = coordinators.get(this);
  if (known === undefined) coordinators.set(this, (known = new Map<string, { broker: Coordinator; at: number }>()));
  const key = `${question.coordinatorType ?? 0} ${question.groupId}`;
  const answer = known.get(key);
  if (answer !== undefined && performance.now() - answer.at < COORDINATOR_KNOWN_MS && answer.broker.isConnected()) {
    return answer.broker;
  }
  const broker = await findGroupCoordinator.call(this, question);
  known.set(key, { broker, at: performance.now() });
  return broker;
};

// Records are encoded by us, see `encodeProduce`; the client chooses the version, sends, and reads the answer.
const produce = Broker.prototype.produce;
Broker.prototype.produce = function (this: Broker, options) {
  const lookupRequest = this.lookupRequest.bind(this);
  const ours: Broker['lookupRequest'] = (key, versions) => {
    const protocol = lookupRequest(key, versions);
    return (data) => {
      const made = protocol(data);
      const buffer = (data.compression ?? 0) === 0 ? encodeProduce(data, Date.now()) : null;
      if (buffer === null) return made;
      const encode = () => Promise.resolve({ buf: buffer, buffer });
      return { ...made, request: { ...made.request, encode } };
    };
  };
  const broker = new Proxy(this, {
    get: (target, name) => (name === 'lookupRequest' ? ours : (Reflect.get(target, name) as unknown)),
  });
  return produce.call(broker, options);
};

// What is written over needs no zeros first.
Encoder.prototype.ensureAvailable = function (this: Encoder, length): void {
  const wanted = this.offset + length;
  if (wanted <= this.buf.length) return;
  const larger = Buffer.allocUnsafe(Encoder.nextPowerOfTwo(wanted));
  this.buf.copy(larger, 0, 0, this.offset);
  this.buf = larger;
};
