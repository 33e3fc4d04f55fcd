import { DestroyRef } from '@angular/core';
import { TestBed } from '@angular/core/testing';

import { Feed, type Change } from './feed';

/** Stands for the browser's EventSource; the test plays the server. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static made: Source[] = [];
  readyState = 1;

  constructor() {
    super();
    Source.made.push(this);
  }

  close(): void {
    this.readyState = 2;
  }

  tell(data: unknown): void {
    this.dispatchEvent(new MessageEvent('change', { data: JSON.stringify(data) }));
  }

  fail(state: number): void {
    this.readyState = state;
    this.dispatchEvent(new Event('error'));
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
}

function last(): Source {
  const source = Source.made.at(-1);
  if (!source) throw new Error('no connection was made');
  return source;
}

describe('Feed', () => {
  let feed: Feed;
  let heard: (readonly Change[] | 'all')[];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', Source);
    Source.made = [];
    heard = [];
    feed = TestBed.inject(Feed);
    feed.listen((changes) => heard.push(changes), TestBed.inject(DestroyRef));
    feed.start();
    last().open();
  });

  afterEach(() => {
    feed.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('tells what changed', () => {
    const change = { kind: 'run', workstation: 1, run: 'a' };
    last().tell({ revision: 1, all: false, changes: [change] });
    expect(heard).toEqual([[change]]);
    expect(feed.lostSince()).toBeNull();
  });

  it('looks at everything again after a break', () => {
    last().fail(0);
    expect(feed.lostSince()).not.toBeNull();
    last().open();
    expect(feed.lostSince()).toBeNull();
    expect(heard).toEqual(['all']);
    expect(Source.made.length).toBe(1);
  });

  it('connects anew where the browser gives up, ever more slowly', () => {
    const waits = [500, 1000, 2000, 4000, 8000, 15_000, 15_000];
    waits.forEach((wait, index) => {
      last().fail(Source.CLOSED);
      vi.advanceTimersByTime(wait - 1);
      expect(Source.made.length).toBe(index + 1);
      vi.advanceTimersByTime(1);
      expect(Source.made.length).toBe(index + 2);
    });
    last().open();
    last().fail(Source.CLOSED);
    vi.advanceTimersByTime(500);
    expect(Source.made.length).toBe(waits.length + 2);
  });

  it('is quiet once it was stopped', () => {
    last().fail(Source.CLOSED);
    feed.stop();
    vi.advanceTimersByTime(60_000);
    expect(Source.made.length).toBe(1);
    expect(feed.lostSince()).toBeNull();
  });
});
