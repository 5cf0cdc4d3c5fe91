import type { Connection, Micros } from '@ratestream/catalog';
import type { GeneratedCatalog, Sender } from '../catalog/generated-catalog.js';
import { NETWORKS, UNPRICED } from '../world.js';
import type { MobileNetwork } from '../world.js';
import { Zipf } from '../random.js';
import type { Random } from '../random.js';

/** One try to hand a message to a supplier. */
export interface Attempt {
  number: number;
  connection: Connection;
  /** As the submit response wrote it, and as the receipt writes it: some suppliers use hex here and decimal there. */
  submittedId: string;
  receiptId: string;
}

/** One message as the sender meant it, before anything happens to it. */
export interface Message {
  index: number;
  sender: Sender;
  /** The gateway's id; concatenated records have one each. */
  ids: string[];
  acceptedAt: Micros;
  from: string;
  to: string;
  network: MobileNetwork;
  /** Whether the gateway reports the network; else the numbering plan has to find it. */
  networkReported: boolean;
  trafficClass: string | null;
  /** Where the sender says that the text is from; null: nobody knows. */
  originCountry: string | null;
  encoding: 'gsm7' | 'ucs2';
  text: string;
  parts: number;
  /** Reference number when each part is a record of its own; null when one record stands for the whole message. */
  concatenation: number | null;
}

const WORDS =
  'your code is order parcel arrives today at the meeting balance payment received thank you call us offer ends soon visit now confirm delivery driver booking ticket gate table doctor reminder tomorrow account login new statement ready'.split(
    ' ',
  );
const ORIGINS = ['DE', 'GB', 'US', 'IN', 'SG'];
const CYRILLIC = 'ваш код заказ готов доставка сегодня спасибо оплата получена встреча завтра билет'.split(' ');

/** Draws messages: who sends is weighted by account, where to by Zipf over networks. */
export class MessageSource {
  private readonly networks = new Zipf(NETWORKS.length, 1.1);
  private readonly senderWeights: number[] = [];
  private total = 0;

  constructor(
    private readonly catalog: GeneratedCatalog,
    private readonly random: Random,
  ) {
    for (const sender of catalog.senders) this.senderWeights.push((this.total += sender.weight));
  }

  draw(index: number, acceptedAt: Micros): Message {
    const { random } = this;
    const sender = this.drawSender();
    const network = random.chance(0.006)
      ? random.pick(UNPRICED)
      : (NETWORKS[this.networks.draw(random)] as MobileNetwork);
    const encoding = random.chance(0.12) ? 'ucs2' : 'gsm7';
    const parts = drawParts(random);
    const concatenation = parts > 1 && random.chance(0.3) ? random.int(0, 255) : null;
    return {
      index,
      sender,
      network,
      encoding,
      parts,
      concatenation,
      acceptedAt,
      ids: Array.from({ length: concatenation === null ? 1 : parts }, () => random.uuid()),
      from: random.pick(sender.senderIds),
      to: `+${drawNumber(random, network)}`,
      networkReported: random.chance(0.85),
      trafficClass: sender.classes.length > 0 && random.chance(0.9) ? random.pick(sender.classes) : null,
      originCountry: drawOrigin(random, network),
      text: drawText(random, encoding, parts),
    };
  }

  /** Another connection than the ones tried before, if there is one. */
  drawAttempt(number: number, tried: readonly Attempt[]): Attempt {
    const { random } = this;
    const fresh = this.catalog.connections.filter((c) => tried.every((t) => t.connection.id !== c.id));
    const connection = random.pick(fresh.length > 0 ? fresh : this.catalog.connections);
    const value = BigInt(`0x1${random.hex(11)}`);
    const hex = value.toString(16);
    const decimal = value.toString().padStart(16, '0');
    switch (connection.idFormat) {
      case 'dec':
        return { number, connection, submittedId: value.toString(), receiptId: decimal };
      case 'hex':
        return { number, connection, submittedId: hex, receiptId: hex.toUpperCase() };
      case 'string': {
        const id = random.uuid();
        return { number, connection, submittedId: id, receiptId: id };
      }
      case null:
        return { number, connection, submittedId: hex, receiptId: decimal };
    }
  }

  private drawSender(): Sender {
    const wanted = this.random.next() * this.total;
    const index = this.senderWeights.findIndex((upTo) => upTo > wanted);
    return this.catalog.senders[Math.max(0, index)] as Sender;
  }
}

/** Half declare it: most of these send within a country. */
function drawOrigin(random: Random, { country }: MobileNetwork): string | null {
  const draw = random.next();
  if (draw < 0.5) return null;
  return draw < 0.8 ? country : random.pick(ORIGINS);
}

function drawParts(random: Random): number {
  const draw = random.next();
  if (draw < 0.84) return 1;
  if (draw < 0.95) return 2;
  return draw < 0.99 ? 3 : random.int(4, 6);
}

function drawNumber(random: Random, network: MobileNetwork): string {
  const prefix = random.pick(network.prefixes);
  return network.callingCode + prefix + random.digits(Math.max(1, network.nationalDigits - prefix.length));
}

/** A text of about the length that `parts` parts need. */
function drawText(random: Random, encoding: Message['encoding'], parts: number): string {
  const perPart = encoding === 'gsm7' ? 153 : 67;
  const length =
    parts === 1 ? random.int(20, encoding === 'gsm7' ? 150 : 65) : (parts - 1) * perPart + random.int(10, perPart - 5);
  const words = encoding === 'gsm7' ? WORDS : CYRILLIC;
  let text = '';
  while (text.length < length) text += `${random.pick(words)} `;
  return text.slice(0, length).trimEnd().padEnd(length, '.');
}
