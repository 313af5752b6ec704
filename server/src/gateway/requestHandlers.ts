/** What a handler of a request is, and all of them by name. */
import type { Replies, Reply, RequestBody, RequestName } from '@sandtable/shared/protocol';
import type { Example } from '../examples/examples.ts';
import type { ProgressDesk } from '../courses/progressDesk.ts';
import type { RegradeDesk } from '../courses/regradeDesk.ts';
import type { AuthorDesk } from '../labs/authorDesk.ts';
import type { LabServices } from '../labs/labServices.ts';
import type { PersonDesk } from '../keeping/personDesk.ts';
import type { SearchDesk } from '../search/searchDesk.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Store } from '../store/store.ts';
import type { Accounts } from '../people/accounts.ts';
import type { Actor } from './actor.ts';
import { assignmentHandlers } from './assignmentHandlers.ts';
import { authorHandlers } from './authorHandlers.ts';
import { benchHandlers } from './benchHandlers.ts';
import { courseHandlers } from './courseHandlers.ts';
import { fileHandlers } from './fileHandlers.ts';
import { historyHandlers } from './historyHandlers.ts';
import { labHandlers } from './labHandlers.ts';
import type { Pages } from './pages.ts';
import { peopleHandlers } from './peopleHandlers.ts';
import { progressHandlers } from './progressHandlers.ts';
import { regradeHandlers } from './regradeHandlers.ts';
import { runHandlers } from './runHandlers.ts';
import { searchHandlers } from './searchHandlers.ts';
import { travelHandlers } from './travelHandlers.ts';
import { worldHandlers } from './worldHandlers.ts';

/** What handlers work with. */
export interface Services {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly searches: SearchDesk;
  readonly pages: Pages;
  readonly labs: LabServices;
  readonly progress: ProgressDesk;
  readonly regrades: RegradeDesk;
  readonly author: AuthorDesk;
  readonly examples: readonly Example[];
  /** Null on a server without accounts. */
  readonly accounts: Accounts | null;
  readonly keeping: PersonDesk;
}

/** `page` is the id of the socket that asks, `actor` who sits there. The body has been checked against the protocol. */
export type Handler<N extends RequestName> = (
  body: RequestBody<N>,
  page: string,
  actor: Actor,
) => Promise<Reply<Replies[N]>>;

export type Handlers = { readonly [N in RequestName]: Handler<N> };

export function requestHandlers(services: Services): Handlers {
  return {
    ...assignmentHandlers(services),
    ...authorHandlers(services),
    ...benchHandlers(services),
    ...courseHandlers(services),
    ...fileHandlers(services),
    ...historyHandlers(services),
    ...labHandlers(services),
    ...peopleHandlers(services),
    ...progressHandlers(services),
    ...regradeHandlers(services),
    ...runHandlers(services),
    ...searchHandlers(services),
    ...travelHandlers(services),
    ...worldHandlers(services),
  };
}
