import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

// The installed browser, never one that Playwright downloads: installer/panel_web.py says where it is.
const executablePath = process.env['PREDAWN_BROWSER'] ?? '/usr/bin/chromium';
// As root (in containers) Chromium does not start with its sandbox.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  test: {
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath, args } }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
