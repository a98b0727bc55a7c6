/** A user: who may come in with which passwords, and what it may do then. */
import { timingSafeEqual } from "node:crypto";
import { type Bytes, fromMapKey, toText } from "../../bytes/bytes.ts";
import { Selector } from "./selector.ts";

/** The user that every connection begins as. */
export const DEFAULT_USER = "default";

/** SHA-256 in lower-case hex, as passwords are kept and shown. */
export function passwordHash(password: Bytes): string {
  return new Bun.CryptoHasher("sha256").update(password).digest("hex");
}

/** Whether two secrets are equal, in a time that tells nothing of where they differ. */
export function equalSecrets(one: Bytes, other: Bytes): boolean {
  return equalHashes(passwordHash(one), passwordHash(other));
}

function equalHashes(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, "latin1"), Buffer.from(other, "latin1"));
}

/** Kept and shown for tools that know it: whether what RESTORE takes is looked at. Here it always is. */
export type PayloadCheck = "skip-sanitize-payload" | "sanitize-payload" | null;

export class User {
  /** In latin1. */
  readonly name: string;
  isEnabled = false;
  /** Every password is right. */
  isNoPass = false;
  payloadCheck: PayloadCheck = null;
  /** Hashes of the passwords that are right. */
  passwords: readonly string[] = [];
  /** At least one: that of the user's own rules. Whatever one of them allows is allowed. */
  #selectors: readonly Selector[];
  /** True when nothing has to be checked; dispatch looks at it for every request. */
  isUnrestricted: boolean;

  constructor(name: string, selector: Selector) {
    this.name = name;
    this.#selectors = [selector];
    this.isUnrestricted = selector.isUnrestricted;
  }

  get selectors(): readonly Selector[] {
    return this.#selectors;
  }

  /** That of the rules outside of parentheses. */
  get root(): Selector {
    return this.#selectors[0]!;
  }

  /** The name for people. */
  get shownName(): string {
    return toText(fromMapKey(this.name));
  }

  /** Whether every connection comes in as this user by itself; asked of the default user. */
  get isOpen(): boolean {
    return this.isEnabled && this.isNoPass;
  }

  /** Whether the password lets anybody in as this user. */
  accepts(password: Bytes): boolean {
    if (!this.isEnabled) return false;
    if (this.isNoPass) return true;
    const hash = passwordHash(password);
    return this.passwords.filter((known) => equalHashes(known, hash)).length > 0;
  }

  /** Names of its flags, in Redis's order. */
  get flags(): string[] {
    return [
      this.isEnabled ? "on" : "off",
      ...(this.isNoPass ? ["nopass"] : []),
      ...(this.payloadCheck === null ? [] : [this.payloadCheck]),
    ];
  }

  /** Takes over everything but the name; selectors are copies. */
  copyFrom(other: User): void {
    this.isEnabled = other.isEnabled;
    this.isNoPass = other.isNoPass;
    this.payloadCheck = other.payloadCheck;
    this.passwords = other.passwords;
    this.setSelectors(other.selectors.map((selector) => selector.clone()));
  }

  /** Sets the selectors; to be called again when rules have changed one of them. */
  setSelectors(selectors: readonly Selector[]): void {
    this.#selectors = selectors;
    this.isUnrestricted = selectors.some((selector) => selector.isUnrestricted);
  }
}

/** Who is no client: a master whose commands are repeated. */
export const SUPERUSER = new User("(superuser)", Selector.unrestricted());
