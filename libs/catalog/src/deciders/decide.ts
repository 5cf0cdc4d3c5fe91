import { changeAccount, closeAccount, openAccount } from './account.decider.js';
import { issueApiKey, revokeApiKey } from './api-key.decider.js';
import type { CatalogCommand } from './command.js';
import type { Aggregate, Decision, DecisionContext } from './decision.js';
import { publishFxRates } from './fx-rates.decider.js';
import { issueNotices } from './notice.decider.js';
import { publishNumbers } from './numbering-plan.decider.js';
import { changePlan, createPlan } from './plan.decider.js';
import { changeRateCard, createRateCard, publishRates, withdrawRates } from './rate-card.decider.js';
import { changeRateGroup, createRateGroup } from './rate-group.decider.js';
import { configureSource } from './source.decider.js';
import { addConnection, addSupplier, changeConnection, changeSupplier } from './supplier.decider.js';

/**
 * Answers a command with the events it makes, or with every reason against it.
 *
 * In      the command; the view at the position that the events will follow; time and the caller's authority
 * Out     accepted with no events when the state is already as asked: twice is once
 * Never   reads a clock, makes an id, or throws on what a client can send
 */
export function decide(command: CatalogCommand, context: DecisionContext): Decision {
  switch (command.type) {
    case 'OpenAccount':
      return openAccount(command, context);
    case 'ChangeAccount':
      return changeAccount(command, context);
    case 'CloseAccount':
      return closeAccount(command, context);
    case 'AddSupplier':
      return addSupplier(command, context);
    case 'ChangeSupplier':
      return changeSupplier(command, context);
    case 'AddConnection':
      return addConnection(command, context);
    case 'ChangeConnection':
      return changeConnection(command, context);
    case 'ConfigureSource':
      return configureSource(command, context);
    case 'CreateRateCard':
      return createRateCard(command, context);
    case 'ChangeRateCard':
      return changeRateCard(command, context);
    case 'PublishRates':
      return publishRates(command, context);
    case 'WithdrawRates':
      return withdrawRates(command, context);
    case 'CreatePlan':
      return createPlan(command, context);
    case 'ChangePlan':
      return changePlan(command, context);
    case 'CreateRateGroup':
      return createRateGroup(command, context);
    case 'ChangeRateGroup':
      return changeRateGroup(command, context);
    case 'PublishFxRates':
      return publishFxRates(command, context);
    case 'IssueNotices':
      return issueNotices(command, context);
    case 'PublishNumbers':
      return publishNumbers(command, context);
    case 'IssueApiKey':
      return issueApiKey(command, context);
    case 'RevokeApiKey':
      return revokeApiKey(command, context);
  }
}

const AGGREGATES: Record<CatalogCommand['type'], Aggregate> = {
  OpenAccount: 'account',
  ChangeAccount: 'account',
  CloseAccount: 'account',
  AddSupplier: 'supplier',
  ChangeSupplier: 'supplier',
  AddConnection: 'connection',
  ChangeConnection: 'connection',
  ConfigureSource: 'source',
  CreateRateCard: 'rate-card',
  ChangeRateCard: 'rate-card',
  PublishRates: 'rate-card',
  WithdrawRates: 'rate-card',
  CreatePlan: 'plan',
  ChangePlan: 'plan',
  CreateRateGroup: 'rate-group',
  ChangeRateGroup: 'rate-group',
  PublishFxRates: 'fx-rates',
  IssueNotices: 'notice',
  PublishNumbers: 'numbering-plan',
  IssueApiKey: 'api-key',
  RevokeApiKey: 'api-key',
};

/** The stream that a command writes to. */
export function aggregateOf(command: CatalogCommand): Aggregate {
  return AGGREGATES[command.type];
}
