import { Component } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';

/** Runs as a list, or what happened in them line by line. */
@Component({
  selector: 'pd-run-tabs',
  imports: [RouterLink, RouterLinkActive],
  template: `
    <nav class="tabs" aria-label="Ways to look at runs">
      <a
        routerLink="/runs"
        routerLinkActive="here"
        ariaCurrentWhenActive="page"
        [routerLinkActiveOptions]="{ paths: 'exact', queryParams: 'ignored', fragment: 'ignored', matrixParams: 'ignored' }"
        >Runs</a
      >
      <a routerLink="/runs/log" routerLinkActive="here" ariaCurrentWhenActive="page">Log</a>
    </nav>
  `,
})
export class RunTabs {}
