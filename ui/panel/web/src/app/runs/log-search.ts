import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';

import type { LogLine } from '../api/models';
import { Empty } from '../design/empty';
import { ProblemNote } from '../design/problem';
import { pages } from '../live/pages';
import { queryOf, NONE } from './filters';
import { LogLines } from './log-lines';
import { RunTabs } from './run-tabs';

/** What happened, line by line, over all runs; every word that is looked for must be in a line. */
@Component({
  selector: 'pd-log-search',
  imports: [Empty, LogLines, ProblemNote, RouterLink, RunTabs],
  template: `
    <header class="page-head">
      <div>
        <h1>Log</h1>
        @if (one(); as run) {
          <p>What happened in run {{ run }}, newest first. <a routerLink="/runs/log">Show all runs</a></p>
        } @else {
          <p>What happened at all workstations, line by line, newest first. Records' contents never come here.</p>
        }
      </div>
      <pd-run-tabs />
    </header>
    <form class="filters one" role="search" aria-label="Search the log" (submit)="$event.preventDefault()">
      <div class="field">
        <label for="log-q">Search</label>
        <input
          id="log-q"
          type="search"
          maxlength="200"
          placeholder="Beginnings of words, such as: refused front-2"
          [value]="q()"
          (input)="search($event)"
        />
      </div>
    </form>
    <pd-problem [refused]="lines.refused()" [retry]="true" (again)="lines.first.reload()" />
    @if (lines.items().length > 0) {
      <pd-log-lines class="card" [lines]="lines.items()" [everywhere]="!one()" />
      @if (lines.more()) {
        <p><button type="button" class="button" (click)="lines.older()">Show older lines</button></p>
      }
    } @else if (lines.first.pending()) {
      <p class="loading">Looking…</p>
    } @else if (q()) {
      <pd-empty heading="No line holds all of these words."><p>The beginning of a word is enough.</p></pd-empty>
    } @else if (!lines.refused()) {
      <pd-empty heading="What happens will stand here, line by line.">
        <p>Lines come with the first workstation: begun, waiting, entered, asked, failed and why.</p>
      </pd-empty>
    }
  `,
})
export class LogSearch {
  private readonly router = inject(Router);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  protected readonly q = computed(() => this.params().get('q') ?? '');
  /** The run that the address narrows it to: its workstation's number stands there too. */
  protected readonly one = computed(() => this.params().get('run') ?? '');
  protected readonly lines = pages<LogLine>(
    (more) => {
      const about = this.one() ? { run: this.one(), workstation: this.params().get('workstation') ?? '' } : {};
      return `/api/log${queryOf({ ...NONE, q: this.q() }, { ...about, ...more })}`;
    },
    (line) => String(line.id),
    () => true,
  );

  protected search(event: Event): void {
    const q = (event.target as HTMLInputElement).value || null;
    void this.router.navigate([], { queryParams: { q }, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
