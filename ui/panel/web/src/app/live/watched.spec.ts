import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';

import { Api, Refused } from '../api/client';
import { Feed, type Listener } from './feed';
import { type Watched, watched } from './watched';

/** Stands for the server: each question is answered when the test says so. */
class Answers {
  readonly asked: { path: string; answer: (value: unknown) => void; refuse: (error: unknown) => void }[] = [];

  get(path: string): Promise<unknown> {
    return new Promise((answer, refuse) => this.asked.push({ path, answer, refuse }));
  }

  async answer(number: number, value: unknown): Promise<void> {
    this.asked[number]?.answer(value);
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe('watched', () => {
  const path = signal('/api/one');
  let answers: Answers;
  let ring: Listener;
  let seen: Watched<number>;

  beforeEach(() => {
    vi.useFakeTimers();
    path.set('/api/one');
    answers = new Answers();
    const feed = { listen: (listener: Listener) => (ring = listener) };
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: answers },
        { provide: Feed, useValue: feed },
      ],
    });
    seen = TestBed.runInInjectionContext(() => watched<number>(path, (change) => change.kind === 'run'));
    TestBed.tick();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks at once, and says when it knows', async () => {
    expect(seen.pending()).toBe(true);
    await answers.answer(0, 7);
    expect([seen.value(), seen.pending()]).toEqual([7, false]);
  });

  it('looks again when what it shows has changed, once for a burst, and keeps what it has meanwhile', async () => {
    await answers.answer(0, 7);
    for (let bells = 0; bells < 20; bells += 1) ring([{ kind: 'run' }]);
    ring([{ kind: 'people' }]);
    await vi.advanceTimersByTimeAsync(200);
    expect(answers.asked.length).toBe(2);
    expect(seen.value()).toBe(7);
    await answers.answer(1, 8);
    expect(seen.value()).toBe(8);
    ring([{ kind: 'people' }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(answers.asked.length).toBe(2);
  });

  it('misses no change that comes while it looks', async () => {
    ring('all');
    await vi.advanceTimersByTimeAsync(300);
    expect(answers.asked.length).toBe(1);
    await answers.answer(0, 7);
    await vi.advanceTimersByTimeAsync(200);
    expect(answers.asked.length).toBe(2);
  });

  it('shows no answer to an older question', async () => {
    path.set('/api/two');
    TestBed.tick();
    await answers.answer(0, 1);
    expect([seen.value(), seen.pending()]).toEqual([undefined, true]);
    await answers.answer(1, 2);
    expect(seen.value()).toBe(2);
    expect(answers.asked.map((each) => each.path)).toEqual(['/api/one', '/api/two']);
  });

  it('keeps the last that was heard when it is refused, and says why', async () => {
    await answers.answer(0, 7);
    seen.reload();
    answers.asked[1]?.refuse(new Refused(0, { code: 'unreachable', words: 'Not now.' }));
    await vi.advanceTimersByTimeAsync(0);
    expect([seen.value(), seen.refused()?.message]).toEqual([7, 'Not now.']);
  });

  it('is quiet once its page is gone', async () => {
    ring([{ kind: 'run' }]);
    TestBed.resetTestingModule();
    await answers.answer(0, 7);
    await vi.advanceTimersByTimeAsync(1000);
    expect(answers.asked.length).toBe(1);
    expect(seen.value()).toBeUndefined();
  });
});
