import kafkajs from 'kafkajs';
import Cluster, { type Coordinator } from 'kafkajs/src/cluster/index.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

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
