import { plainStyle, type Terminal } from '../../src/cli/terminal';

/** Keeps what a command says. */
export class ToldTerminal implements Terminal {
  #printed = '';
  #warned = '';
  readonly style = plainStyle;
  readonly print = (text: string): void => this.write(`${text}\n`);
  readonly write = (part: string): void => void (this.#printed += part);
  readonly warn = (text: string): void => void (this.#warned += `${text}\n`);

  constructor(readonly columns = Infinity) {}

  /** Without the last line feed. */
  get printed(): string {
    return this.#printed.replace(/\n$/, '');
  }

  get warned(): string {
    return this.#warned.replace(/\n$/, '');
  }
}
