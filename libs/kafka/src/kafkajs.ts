import kafkajs from 'kafkajs';
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
