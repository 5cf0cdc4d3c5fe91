import type { Finding, MarginLoss, RateChange, RowVerdict } from '@ratestream/rate-sheets';

/** By what each list of an import is counted and can be asked for. */
export const verdictOf = ({ verdict }: RowVerdict): string => verdict;
export const severityOf = ({ severity }: Finding): string => severity;
export const changeOf = ({ change }: RateChange): string => change;
export const lossLabel = ({ before }: MarginLoss): string => (before ? 'already' : 'new');
