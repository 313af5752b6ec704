/** A server with accounts for tests, and people on it: browsers with a cookie, and pages that they have open. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpBody, HttpName, SessionInfo } from '@sandtable/shared/httpMessages';
import type { AccountsConfig } from '../../people/accountsConfig.ts';
import type { Role } from '../../store/schema.ts';
import { databaseOfServer } from '../../store/testing/databases.ts';
import { startServer, type RunningServer, type ServerOptions } from '../startServer.ts';
import { TestPage } from './testPage.ts';

export const PASSWORD = 'correct horse battery';

/** A browser: keeps the cookies that it is given, like a real one. */
export class TestBrowser {
  readonly #server: AccountsServer;
  readonly cookies = new Map<string, string>();
  /** `Set-Cookie` of the last answer. */
  given: readonly string[] = [];

  constructor(server: AccountsServer) {
    this.#server = server;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(path, this.#server.url), {
      redirect: 'manual',
      ...init,
      headers: { cookie: this.cookie, ...(init.headers as Record<string, string>) },
    });
    this.given = response.headers.getSetCookie();
    for (const line of this.given) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '') this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return response;
  }

  /** Asks as the page does. */
  async post<N extends HttpName>(name: N, body: HttpBody<N>): Promise<{ status: number; body: PostAnswer }> {
    const response = await this.fetch(`/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sandtable': '1', 'user-agent': 'a test' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as PostAnswer };
  }

  async session(): Promise<SessionInfo> {
    return (await (await this.fetch('/api/session')).json()) as SessionInfo;
  }

  page(): TestPage {
    return this.#server.track(new TestPage(this.#server.url, { headers: { cookie: this.cookie } }));
  }
}

export interface PostAnswer {
  readonly code?: string;
  readonly message?: string;
  readonly field?: string;
  readonly session?: SessionInfo;
  readonly course?: string;
  readonly kind?: string;
  readonly role?: string;
}

export interface Somebody {
  readonly id: string;
  readonly browser: TestBrowser;
  readonly page: TestPage;
}

export class AccountsServer {
  readonly #running: RunningServer;
  readonly #dataDir: string;
  readonly #pages = new Set<TestPage>();
  #admin: Somebody | null = null;

  /** Place of its database. */
  readonly database: string;

  constructor(running: RunningServer, dataDir: string, database = join(dataDir, 'sandtable.sqlite')) {
    this.#running = running;
    this.#dataDir = dataDir;
    this.database = database;
  }

  static async start(
    accounts: AccountsConfig = { provider: null },
    options: Partial<ServerOptions> = {},
  ): Promise<AccountsServer> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'sandtable-accounts-'));
    const database = await databaseOfServer(dataDir);
    const started = await startServer({
      host: '127.0.0.1',
      port: 0,
      dataDir,
      accounts,
      ...database,
      ...options,
    });
    if (!started.ok) throw new Error(started.message);
    return new AccountsServer(started.server, dataDir, database.database);
  }

  get url(): string {
    return this.#running.url;
  }

  get running(): RunningServer {
    return this.#running;
  }

  get dataDir(): string {
    return this.#dataDir;
  }

  track(page: TestPage): TestPage {
    this.#pages.add(page);
    return page;
  }

  browser(): TestBrowser {
    return new TestBrowser(this);
  }

  /** The first administrator, by the link of the start. */
  async admin(): Promise<Somebody> {
    if (this.#admin !== null) return this.#admin;
    const code = this.#running.firstAdministrator?.split('/').at(-1);
    if (code === undefined) throw new Error('there is an administrator already');
    return (this.#admin = await this.accept(code, 'ada'));
  }

  /** Somebody new with this role on the server. */
  async person(role: Role, signInName: string): Promise<Somebody> {
    const { page } = await this.admin();
    const { code } = await page.must('people.invite', { role });
    return this.accept(code, signInName);
  }

  async accept(code: string, signInName: string): Promise<Somebody> {
    const browser = this.browser();
    const { body } = await browser.post('invitation', {
      code,
      account: { name: `${signInName} by name`, signInName, password: PASSWORD },
    });
    const id = body.session?.person?.id;
    if (id === undefined) throw new Error(`${signInName} did not come in: ${body.message ?? ''}`);
    return { id, browser, page: browser.page() };
  }

  async close(): Promise<void> {
    for (const page of this.#pages) page.close();
    await this.#running.close();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
