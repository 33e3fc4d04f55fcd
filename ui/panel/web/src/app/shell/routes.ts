import type { Routes } from '@angular/router';

import { signedIn } from '../session/guards';

/** Every page is loaded when it is first wanted. */
export const routes: Routes = [
  {
    path: 'sign-in',
    title: 'Sign in · Predawn',
    loadComponent: () => import('../account/sign-in').then((room) => room.SignIn),
  },
  {
    path: 'invitation',
    title: 'Welcome · Predawn',
    loadComponent: () => import('../account/invitation').then((room) => room.Invitation),
  },
  {
    path: 'second-factor',
    title: 'Second factor · Predawn',
    loadComponent: () => import('../account/second-factor').then((room) => room.SecondFactorPage),
  },
  {
    path: 'unreachable',
    title: 'Not reachable · Predawn',
    loadComponent: () => import('../account/unreachable').then((room) => room.Unreachable),
  },
  {
    path: '',
    canActivate: [signedIn],
    runGuardsAndResolvers: 'always',
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: 'Dashboard · Predawn',
        loadComponent: () => import('../dashboard/dashboard').then((room) => room.DashboardPage),
      },
      {
        path: 'runs',
        title: 'Runs · Predawn',
        loadComponent: () => import('../runs/run-list').then((room) => room.RunList),
      },
      {
        path: 'runs/log',
        title: 'Log · Predawn',
        loadComponent: () => import('../runs/log-search').then((room) => room.LogSearch),
      },
      {
        path: 'runs/:workstation/:run',
        title: 'Run · Predawn',
        loadComponent: () => import('../runs/run-detail').then((room) => room.RunDetailPage),
      },
      {
        path: 'trigger',
        title: 'Trigger · Predawn',
        loadComponent: () => import('../trigger/trigger').then((room) => room.Trigger),
      },
      {
        path: 'review',
        title: 'Review · Predawn',
        loadComponent: () => import('../review/review').then((room) => room.Review),
      },
      {
        path: 'insights',
        title: 'Insights · Predawn',
        loadComponent: () => import('../insights/insights').then((room) => room.InsightsPage),
      },
      {
        path: 'workstations',
        title: 'Workstations · Predawn',
        loadComponent: () => import('../workstations/workstations').then((room) => room.Workstations),
      },
      {
        path: 'people',
        title: 'People · Predawn',
        loadComponent: () => import('../people/people').then((room) => room.People),
      },
      {
        path: 'audit',
        title: 'Audit · Predawn',
        loadComponent: () => import('../audit/audit').then((room) => room.Audit),
      },
      {
        path: 'account',
        title: 'Your account · Predawn',
        loadComponent: () => import('../account/account').then((room) => room.Account),
      },
      {
        path: 'more',
        title: 'More · Predawn',
        loadComponent: () => import('./more').then((room) => room.More),
      },
      { path: '**', loadComponent: () => import('./nowhere').then((room) => room.Nowhere), title: 'Predawn' },
    ],
  },
];
