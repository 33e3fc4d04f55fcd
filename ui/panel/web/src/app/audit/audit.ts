import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router } from '@angular/router';

import type { AuditEntry } from '../api/models';
import { Empty } from '../design/empty';
import { ProblemNote } from '../design/problem';
import { Time } from '../design/time';
import { pages } from '../live/pages';

/** Who did what at the panel, newest first. */
@Component({
  selector: 'pd-audit',
  imports: [Empty, ProblemNote, Time],
  template: `
    <header class="page-head">
      <div>
        <h1>Audit</h1>
        <p>Who did what here. Each workstation keeps its own log as well; the panel witnesses its head.</p>
      </div>
    </header>
    <form class="filters one" role="search" aria-label="Search the audit" (submit)="$event.preventDefault()">
      <div class="field">
        <label for="audit-q">Search</label>
        <input id="audit-q" type="search" maxlength="200" placeholder="Who, or what" [value]="q()" (input)="search($event)" />
      </div>
    </form>
    <pd-problem [refused]="entries.refused()" [retry]="true" (again)="entries.first.reload()" />
    @if (entries.items().length > 0) {
      <div class="table-frame">
        <table class="folding">
          <caption class="hidden-label">
            Who did what, newest first
          </caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">Office</th>
            </tr>
          </thead>
          <tbody>
            @for (entry of entries.items(); track entry.id) {
              <tr>
                <td class="quiet"><pd-time form="exact" [at]="entry.at" /></td>
                <th scope="row" class="text">{{ entry.who }}</th>
                <td class="text">
                  {{ entry.words }}
                  @if (entry.outcome && entry.outcome !== 'done') {
                    <span class="chip failed">{{ entry.outcome }}</span>
                  }
                </td>
                <td class="text" data-label="Office">{{ entry.office }}</td>
              </tr>
            }
          </tbody>
        </table>
      </div>
      @if (entries.more()) {
        <p><button type="button" class="button" (click)="entries.older()">Show older entries</button></p>
      }
    } @else if (entries.first.pending()) {
      <p class="loading">Looking…</p>
    } @else if (!entries.refused()) {
      <pd-empty [heading]="q() ? 'No entry holds that.' : 'Whatever somebody does here will stand here.'">
        <p>Signing in, starting, stopping, answering, letting in and shutting out: who, what, when.</p>
      </pd-empty>
    }
  `,
})
export class Audit {
  private readonly router = inject(Router);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  protected readonly q = computed(() => this.params().get('q') ?? '');
  protected readonly entries = pages<AuditEntry>(
    (more) => {
      const query = new URLSearchParams({ ...(this.q() ? { q: this.q() } : {}), ...more }).toString();
      return `/api/audit${query && `?${query}`}`;
    },
    (entry) => String(entry.id),
    (change) => change.kind === 'audit',
  );

  protected search(event: Event): void {
    const q = (event.target as HTMLInputElement).value || null;
    void this.router.navigate([], { queryParams: { q }, replaceUrl: true });
  }
}
