/** Random programs for the orchestrator of `app/app.cjs`, and what a client does to them meanwhile; the same for the same seed. */
import type { Scenario, Step } from '../harness/recording';

interface Random {
  (below: number): number;
}

/** Linear congruential, 32 bits: the same numbers everywhere. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type ProgramStep = Record<string, unknown>;

/** What durable HTTP calls ask for (harness/page.ts). */
const pages = ['/ok', '/poll', '/status/500', '/nope', '/chain/1', '/moved'];

/** Results that come close together may come in any order on either engine, so those of one group are this far apart. */
const apartMs = 1200;

/** `wide`: more kinds of work in groups, and more that a client does meanwhile. `far`: what meets seldom as well. */
export type Reach = 'narrow' | 'wide' | 'far';

class Program {
  private value = 0;
  private children = 0;
  private readonly events: string[] = [];
  private readonly isWide: boolean;

  constructor(
    private readonly random: Random,
    private readonly reach: Reach,
  ) {
    this.isWide = reach !== 'narrow';
  }

  steps(depth: number): ProgramStep[] {
    return Array.from({ length: 1 + this.random(4) }, () => this.step(depth));
  }

  /** Of the main program, in the order of their waits. */
  get awaited(): readonly string[] {
    return this.events;
  }

  private step(depth: number): ProgramStep {
    return this.reach === 'far' && this.random(2) === 0 ? this.seldom(depth) : this.usual(depth);
  }

  /** Critical sections, durable HTTP, children with a retry policy, groups of timers alone, statuses of a size. */
  private seldom(depth: number): ProgramStep {
    switch (this.random(depth === 0 ? 8 : 6)) {
      case 0:
      case 1:
        return this.section();
      case 2:
        return { do: 'http', to: pages[this.random(pages.length)] };
      case 3:
        return { do: this.random(2) === 0 ? 'any' : 'all', of: this.timers() };
      case 4:
        return { do: 'bigStatus', size: this.random(5) === 0 ? 9000 : 7000 };
      case 5:
        return { do: 'tell', op: ['add', 'fail'][this.random(2)], v: ++this.value };
      case 6:
        return {
          do: 'childRetry',
          id: `c${++this.children}`,
          max: 1 + this.random(3),
          steps: [{ do: 'failTimes', v: ++this.value, times: this.random(3), caught: false }],
          caught: this.random(2) === 0,
        };
      default:
        return { do: 'any', of: [this.event(), { do: 'http', to: '/slow' }] };
    }
  }

  /** What is done while entities are locked; whether they are given back by the code. */
  private section(): ProgramStep {
    const inside = (): ProgramStep => {
      switch (this.random(6)) {
        case 0:
          return { do: 'echo', v: ++this.value };
        case 1:
          return { do: 'failTimes', v: ++this.value, times: this.random(2), caught: this.random(3) > 0 };
        case 2:
          return { do: 'status', v: { inside: ++this.value } };
        case 3:
          return { do: 'timer', ms: 1500 };
        default:
          return { do: 'entity', op: ['add', 'get', 'fail'][this.random(3)], v: ++this.value };
      }
    };
    const steps = Array.from({ length: 1 + this.random(3) }, inside);
    return { do: 'lock', also: this.random(3) === 0, isReleased: this.random(4) > 0, steps };
  }

  private timers(): ProgramStep[] {
    return Array.from({ length: 2 + this.random(2) }, (_none, i) => ({ do: 'timer', ms: 700 + i * apartMs }));
  }

  private usual(depth: number): ProgramStep {
    switch (this.random(depth === 0 ? 14 : 9)) {
      case 0:
        return { do: 'all', of: this.group() };
      case 1:
        return { do: 'any', of: this.group() };
      case 2:
        return { do: 'status', v: { at: ++this.value } };
      case 3:
        return { do: 'retry', v: ++this.value, times: this.random(4), max: 1 + this.random(3), caught: this.random(2) === 0 };
      case 4:
        return { do: 'failTimes', v: ++this.value, times: this.random(2), caught: this.random(2) === 0 };
      case 5:
        return { do: 'entity', op: ['add', 'get', 'fail'][this.random(3)], v: ++this.value };
      case 6:
        return { do: 'timer', ms: 1500 };
      case 7:
        return this.random(6) === 0 ? { do: 'throw', v: ++this.value } : { do: 'echo', v: ++this.value };
      case 8:
        return { do: 'signal', v: ++this.value };
      case 9:
        return { do: 'new' };
      case 10:
        return { do: 'child', id: `c${++this.children}`, steps: this.steps(depth + 1) };
      case 11:
        return this.event();
      case 12:
        return { do: 'any', of: [this.event(), { do: 'timer', ms: 600_000 }] };
      default:
        return { do: 'all', of: [this.event(), this.event()] };
    }
  }

  private event(): ProgramStep {
    const name = `e${this.random(3)}`;
    this.events.push(name);
    return { do: 'event', name };
  }

  /** One member of a group, `i` being its place. */
  private member(i: number): ProgramStep {
    const ms = 10 + i * apartMs;
    switch (this.isWide ? this.random(10) : 9) {
      case 0:
        return { do: 'timer', ms: apartMs * i + 700 };
      case 1:
        return { do: 'child', id: `c${++this.children}`, steps: [{ do: 'slow', ms, v: ++this.value }] };
      case 2:
        return { do: 'child', id: `c${++this.children}`, steps: [{ do: 'slowFail', ms, v: ++this.value, caught: false }] };
      case 3:
        return { do: 'retry', v: ++this.value, times: 1, max: 1 + this.random(2) };
      case 4:
        return {
          do: 'child',
          id: `c${++this.children}`,
          steps: [{ do: 'slow', ms, v: ++this.value }, { do: 'new' }, { do: 'echo', v: 1 }],
        };
      default:
        return { do: this.random(4) === 0 ? 'slowFail' : 'slow', ms, v: ++this.value };
    }
  }

  private group(): ProgramStep[] {
    if (this.isWide) return Array.from({ length: 2 + this.random(2) }, (_none, i) => this.member(i));
    return Array.from({ length: 2 + this.random(2) }, (_none, i) => ({
      do: this.random(4) === 0 ? 'slowFail' : 'slow',
      ms: 10 + i * apartMs,
      v: ++this.value,
    }));
  }
}

const idle: Step = { pause: 1500 };

/** What a client does beside events, in wide programs. */
function meddle(random: Random): Step[] {
  switch (random(5)) {
    case 0:
      return [{ suspend: 'hold' }, { pause: 3000 }, { resume: 'on' }, { pause: 3000 }];
    case 1:
      return [{ terminate: 'enough' }, { pause: 3000 }];
    case 2:
      return [{ event: 'other', input: 'x' }, idle];
    default:
      return [];
  }
}

/** What a client should not do while it runs, or does under another name, in far programs. */
function trespass(random: Random): Step[] {
  switch (random(7)) {
    case 0:
      return [{ request: ['DELETE', 'instances/$'] }];
    case 1:
      return [{ request: ['POST', 'instances/$/restart?restartWithNewInstanceId=false'] }];
    case 2:
      return [{ start: 'Program', input: { steps: [{ do: 'echo', v: 'twice' }] } }, { pause: 2000 }];
    case 3:
      return [{ rewind: 'too early' }];
    default:
      return [];
  }
}

/** How a client takes up what has ended, in wide programs. */
function afterwards(random: Random): Step[] {
  switch (random(4)) {
    case 0:
      return [{ request: ['POST', 'instances/$/restart?restartWithNewInstanceId=false'] }, { pause: 8000 }];
    case 1:
      return [{ rewind: 'again' }, { pause: 8000 }];
    case 2:
      return [{ rewind: 'again' }, { pause: 8000 }, { rewind: 'and again' }, { pause: 8000 }];
    default:
      return [];
  }
}

export function randomScenario(seed: number, reach: Reach = 'narrow'): Scenario {
  const random = randomFrom(seed * 7919 + 13);
  for (let warm = 0; warm < 5; warm++) random(2);
  const isWide = reach !== 'narrow';
  const isFar = reach === 'far';
  const program = new Program(random, reach);
  const input = { steps: program.steps(0), ...(isFar ? { page: '$HTTP' } : {}) };
  const steps: Step[] = [{ start: 'Program', input }];
  if (isFar && random(6) === 0) steps.push({ suspend: 'before its first step' }, { pause: 3000 }, { resume: 'now' });
  steps.push({ pause: 6000 });
  const suspendAt = random(3) === 0 ? random(program.awaited.length + 1) : -1;
  program.awaited.forEach((event, i) => {
    if (i === suspendAt) steps.push({ suspend: 'hold' }, idle);
    if (isFar && random(5) === 0) steps.push({ event: event.toUpperCase(), input: 'in capitals' }, idle);
    steps.push({ event, input: `v${i}` }, { pause: 3000 });
    if (isFar && i === 0) steps.push(...trespass(random));
    if (i === suspendAt) steps.push({ resume: 'on' }, { pause: 2500 });
  });
  if (isWide) steps.push(...meddle(random), { pause: 5000 }, ...afterwards(random));
  else steps.push({ pause: 5000 });
  if (!isWide && random(2) === 0) steps.push({ rewind: 'again' }, { pause: 8000 });
  return { name: `${reach === 'narrow' ? 'random' : reach}-${seed}`, steps };
}
