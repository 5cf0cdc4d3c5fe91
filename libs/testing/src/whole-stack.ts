import { SERVICES, type Stack } from '@ratestream/stack-local';
import { httpClient, type HttpClient } from './http-client.js';
import { isolated, type Isolated } from './isolated.js';
import { startServices, type ServicesOptions } from './start-services.js';

export type WholeStackOptions = ServicesOptions;

export interface WholeStack {
  /** The services, to be killed, frozen and restarted by name. */
  services: Stack;
  /** Their corner of the stores. */
  corner: Isolated;
  /** The entry port with the first admin key. */
  http: HttpClient;
  /** Stops the services; a failed test finds their logs in `services.folder`. */
  stop(): Promise<void>;
}

/** Everything that `npm start` runs, as a user meets it: every service behind the entry port, on real stores. */
export async function wholeStack(options: WholeStackOptions = {}): Promise<WholeStack> {
  const corner = await isolated({ topics: false }); // starting the services makes the topics
  const services = await startServices(corner, SERVICES, options);
  return {
    services,
    corner,
    http: httpClient(services.addresses.entryUrl, services.adminKey),
    stop: () => services.stop(),
  };
}
