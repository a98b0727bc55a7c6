/**
 * FAILOVER: a master hands over to one of its slaves without losing a write, as in Redis 6.2. Writes wait until the
 * slave has all of the log; then this server follows it, and asks it to lead before anything else.
 */
import type { FailoverRequest, FailoverState, SlaveStatus } from "../commands/replication.ts";
import type { TcpAddress } from "../config/address.ts";
import { CommandError } from "../errors.ts";
import { log } from "../log.ts";
import type { TakeOver } from "./handshake.ts";

/** The server, as far as it matters here. */
export interface FailoverHost {
  readonly isFollowing: boolean;
  /** End of the log, in bytes since the first history began. */
  readonly offset: number;
  slaves(): readonly SlaveStatus[];
  /** Holds writes back until `resume`, and whatever else would make the log longer. */
  pause(): void;
  resume(): void;
  /** Calls `work` when the present turn has ended. */
  afterTurn(work: () => void): void;
  /** Follows a slave once it has agreed to lead. */
  follow(address: TcpAddress, takeOver: TakeOver): void;
  lead(): void;
}

/** Longest delay that a timer takes, in ms: nobody waits for longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** How long the answer of a slave that was asked to lead is waited for before that is given up, in ms. */
const ANSWER_MS = 1000;

export class Failover {
  readonly #host: FailoverHost;
  #state: FailoverState = "no-failover";
  #request: FailoverRequest | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Settles with the failover under way. */
  #end = Promise.withResolvers<void>();

  constructor(host: FailoverHost) {
    this.#host = host;
  }

  get state(): FailoverState {
    return this.#state;
  }

  /** @throws {CommandError} one is under way, this server follows another one, or there is no such slave */
  start(request: FailoverRequest): void {
    if (this.#state !== "no-failover") throw new CommandError("ERR FAILOVER already in progress.");
    if (this.#host.isFollowing) {
      throw new CommandError("ERR FAILOVER is not valid when server is a replica.");
    }
    this.#check(request);
    this.#request = request;
    this.#state = "waiting-for-sync";
    this.#end = Promise.withResolvers();
    this.#host.pause();
    if (request.timeoutMs > 0) {
      const timeoutMs = Math.min(request.timeoutMs, TIMER_MS_MAX);
      this.#timer = setTimeout(() => this.#timedOut(), timeoutMs);
    }
    log.info("replication", "failover: writes wait until a slave has all of the log");
    this.look();
  }

  /**
   * Resolves when this server leads on. The slave may lead already, and only its answer be under way: two would lead.
   *
   * @throws {CommandError} none is under way, or the slave leads
   */
  async abort(): Promise<void> {
    const request = this.#request;
    const end = this.#end.promise;
    if (this.#state === "failover-in-progress") await settledWithin(end, ANSWER_MS);
    if (request !== null && this.#request === request) this.#giveUp("aborted by a client");
    if (request === null || this.#host.isFollowing) {
      throw new CommandError("ERR No failover in progress.");
    }
  }

  /** The server stops: nothing is to be done any more. */
  stop(): void {
    this.#settle();
  }

  /** A slave has more of the log, has come or gone: is one of them ready? */
  look(): void {
    if (this.#state !== "waiting-for-sync") return;
    // What this turn has written is not in the log yet.
    this.#host.afterTurn(() => {
      if (this.#state !== "waiting-for-sync") return;
      const ready = this.#candidates().find(({ offset }) => offset >= this.#host.offset);
      if (ready !== undefined) this.#handOver(ready, false);
    });
  }

  #check({ target, isForced, timeoutMs }: FailoverRequest): void {
    const slaves = this.#followable();
    if (slaves.length === 0) throw new CommandError("ERR FAILOVER requires connected replicas.");
    if (isForced && (target === null || timeoutMs === 0)) {
      throw new CommandError(
        "ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
      );
    }
    if (target === null) return;
    const named = slaves.filter((slave) => isAt(slave, target));
    if (named.length === 0) {
      throw new CommandError("ERR FAILOVER target HOST and PORT is not a replica.");
    }
    if (!named.some(({ state }) => state === "online")) {
      throw new CommandError("ERR FAILOVER target replica is not online.");
    }
  }

  /** Slaves that can be connected to: not those that listen on a unix socket alone, and no tools that copy. */
  #followable(): SlaveStatus[] {
    return this.#host.slaves().filter(({ port }) => port > 0);
  }

  /** Those that may take over. */
  #candidates(): SlaveStatus[] {
    const target = this.#request?.target ?? null;
    const online = this.#followable().filter(({ state }) => state === "online");
    return target === null ? online : online.filter((slave) => isAt(slave, target));
  }

  #timedOut(): void {
    if (this.#state !== "waiting-for-sync") return;
    const [slave] = this.#candidates();
    if (this.#request!.isForced && slave !== undefined) this.#handOver(slave, true);
    else this.#giveUp("no slave had all of the log in time");
  }

  #handOver({ ip, port }: SlaveStatus, isForced: boolean): void {
    this.#state = "failover-in-progress";
    const slave = { kind: "tcp", host: ip, port } as const;
    log.info("replication", "failover: a slave takes over", { host: ip, port, forced: isForced });
    this.#host.follow(slave, {
      isForced,
      done: () => {
        if (this.#state === "failover-in-progress") this.#settle();
      },
      refused: (reason) => {
        if (this.#state === "failover-in-progress") this.#giveUp(reason);
      },
    });
  }

  #giveUp(reason: string): void {
    log.warn("replication", "failover: given up", { reason });
    if (this.#state === "failover-in-progress") this.#host.lead();
    this.#settle();
  }

  #settle(): void {
    if (this.#state === "no-failover") return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#state = "no-failover";
    this.#request = null;
    this.#end.resolve();
    this.#host.resume();
  }
}

function isAt({ ip, port }: SlaveStatus, target: { readonly host: string; readonly port: number }) {
  return ip === target.host && port === target.port;
}

/** Resolves when the promise does, or the time is up. */
function settledWithin(promise: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  return Promise.race([promise, patience]).finally(() => clearTimeout(timer));
}
