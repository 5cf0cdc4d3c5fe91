import type { Micros } from '../model.js';
import type {
  AddConnectionBody,
  AddSupplierBody,
  ChangeAccountBody,
  ChangeConnectionBody,
  ChangePlanBody,
  ChangeRateCardBody,
  ChangeRateGroupBody,
  ChangeSupplierBody,
  ConfigureSourceBody,
  CreatePlanBody,
  CreateRateCardBody,
  CreateRateGroupBody,
  IssueApiKeyBody,
  IssueNoticesBody,
  OpenAccountBody,
  PublishFxRatesBody,
} from '../schemas/body-schemas.js';

/** What is known of an uploaded set of rows when its publication is decided. */
export interface RowSet {
  rows: number;
  chunks: number;
  sha256: string;
}

/** Every order that the catalog takes. `id` of a new thing was given by the client or made by the caller of `decide`. */
export type CatalogCommand =
  | { type: 'OpenAccount'; id: string; body: OpenAccountBody }
  | { type: 'ChangeAccount'; id: string; body: ChangeAccountBody }
  | { type: 'CloseAccount'; id: string }
  | { type: 'AddSupplier'; id: string; body: AddSupplierBody }
  | { type: 'ChangeSupplier'; id: string; body: ChangeSupplierBody }
  | { type: 'AddConnection'; id: string; body: AddConnectionBody }
  | { type: 'ChangeConnection'; id: string; body: ChangeConnectionBody }
  | { type: 'ConfigureSource'; id: string; body: ConfigureSourceBody }
  | { type: 'CreateRateCard'; id: string; body: CreateRateCardBody }
  | { type: 'ChangeRateCard'; id: string; body: ChangeRateCardBody }
  /** effectiveFrom null: at once. version: the number that the rows were written under. */
  | {
      type: 'PublishRates';
      id: string;
      version: number;
      effectiveFrom: Micros | null;
      backdated: boolean;
      rowSet: RowSet;
      /** A scheduled version that this one takes the place of: it is withdrawn in the same breath. */
      insteadOf?: number | null;
    }
  | { type: 'WithdrawRates'; id: string; version: number }
  | { type: 'CreatePlan'; id: string; body: CreatePlanBody }
  | { type: 'ChangePlan'; id: string; body: ChangePlanBody }
  | { type: 'CreateRateGroup'; id: string; body: CreateRateGroupBody }
  | { type: 'ChangeRateGroup'; id: string; body: ChangeRateGroupBody }
  /** id: the source of the rates, such as `ecb`. */
  | { type: 'PublishFxRates'; id: string; body: PublishFxRatesBody }
  /** id: what the job calls them together, such as a card's version; every notice has a stream of its own. */
  | { type: 'IssueNotices'; id: string; body: IssueNoticesBody }
  | { type: 'PublishNumbers'; id: string; version: number; rowSet: RowSet }
  /** hash: SHA-256 of the secret, hex. issuer: the key that issues it; null: the installation itself, at its start. */
  | { type: 'IssueApiKey'; id: string; hash: string; issuer: string | null; body: IssueApiKeyBody }
  | { type: 'RevokeApiKey'; id: string };

export type CommandOf<T extends CatalogCommand['type']> = Extract<CatalogCommand, { type: T }>;
