/** Two functions and a start: all that decides in Ratestream has this shape. */
export interface Decider<State, Command, Event> {
  initial: () => State;
  evolve: (state: State, event: Event) => State;
  decide: (command: Command, state: State) => readonly Event[];
}

export interface Scenario<State, Command, Event> {
  /** The state after these events. */
  given: (...events: readonly Event[]) => {
    state: State;
    /** What the command leads to. */
    when: (command: Command) => readonly Event[];
    /** The state once the command's own events have happened too. */
    after: (command: Command) => State;
  };
}

/**
 * Given, when, then for a decider: `expect(given(opened).when(topUp)).toEqual([toppedUp])`.
 * `initial` is called for each `given`, so a state that changes in place never leaks from one test into the next.
 */
export function scenario<State, Command, Event>({
  initial,
  evolve,
  decide,
}: Decider<State, Command, Event>): Scenario<State, Command, Event> {
  const fold = (events: readonly Event[]): State => events.reduce(evolve, initial());
  return {
    given: (...events) => ({
      state: fold(events),
      when: (command) => decide(command, fold(events)),
      after: (command) => fold([...events, ...decide(command, fold(events))]),
    }),
  };
}
