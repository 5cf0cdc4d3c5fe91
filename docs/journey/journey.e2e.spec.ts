import { aCdrArrives } from './01-a-cdr-arrives.chapter.js';
import { itIsRated } from './02-it-is-rated.chapter.js';
import { theBalanceMoves } from './03-the-balance-moves.chapter.js';
import { marginAppears } from './04-margin-appears.chapter.js';
import { itIsReplayed } from './05-it-is-replayed.chapter.js';
import { itIsKilled } from './06-it-is-killed.chapter.js';
import { othersSpeakToIt } from './07-others-speak-to-it.chapter.js';
import { itStopsAndGoesOn } from './08-it-stops-and-goes-on.chapter.js';
import { aPriceListArrives } from './09-a-price-list-arrives.chapter.js';
import { openGuide } from '../guide/guide.js';
import { startInstallation, stopInstallation } from '../guide/stack.js';
import { closeKafka } from '../guide/streams.js';

/** The guide, chapter by chapter, on one installation: each goes on where the one before it ended. */
describe('the journey of a message', () => {
  beforeAll(async () => {
    await startInstallation();
    await openGuide('journey/README.md').follow('Before you begin');
  }, 300_000);
  afterAll(async () => {
    await closeKafka();
    await stopInstallation();
  }, 60_000);

  aCdrArrives();
  itIsRated();
  theBalanceMoves();
  marginAppears();
  itIsReplayed();
  itIsKilled();
  othersSpeakToIt();
  itStopsAndGoesOn();
  aPriceListArrives();
});
