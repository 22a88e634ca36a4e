// The workflow that releases: it builds every platform of the list, and publishes nothing that was not checked.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { TARGETS } from '../../tools/prebuilds/targets.mjs';
import { project } from '../helpers/child.ts';
import { newest } from '../helpers/packed.ts';

interface Step { uses?: string; run?: string; with?: Record<string, unknown>; if?: string }
interface Job { needs?: string; if?: string; permissions?: object; strategy?: { matrix: { include: { target: string; runner: string }[] } }; steps: Step[] }

const text = fs.readFileSync(path.join(project, '.github/workflows/release.yml'), 'utf8');
const { jobs, permissions } = parse(text, { strict: true }) as { jobs: Record<string, Job>; permissions: object };
const { scripts } = JSON.parse(fs.readFileSync(path.join(project, 'package.json'), 'utf8'));
const commands = (name: string) => jobs[name]!.steps.map(({ run }) => run ?? '').join('\n');

describe('the release workflow', () => {
  test('builds each platform once, on a machine of its kind', () => {
    const built = jobs.prebuild!.strategy!.matrix.include;
    expect(built.map(({ target }) => target).sort()).toEqual(TARGETS.map(({ name }) => name).sort());
    for (const { target, runner } of built) {
      expect(runner, target).toMatch({ linux: /^ubuntu-/, darwin: /^macos-/, win32: /^windows-/ }[target.split('-')[0]!]!);
      if (!target.startsWith('darwin')) expect(/-arm$/.test(runner), target).toBe(target.includes('arm64'));
      else expect(/-intel$/.test(runner), target).toBe(target.includes('x64'));
    }
  });

  test('every job waits for the one before; only a version tag publishes', () => {
    expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs])).toEqual(
      [['nghttp2', undefined], ['prebuild', 'nghttp2'], ['package', 'prebuild'], ['publish', 'package']]);
    expect(jobs.publish!.if).toBe("startsWith(github.ref, 'refs/tags/v')");
  });

  test('what is built is tested, and checked to be whole before it is packed', () => {
    for (const step of jobs.prebuild!.steps.filter(({ run }) => run)) {
      expect(step.run).toMatch(/npm run build:prebuilds && node test\/nodes\/smoke\.mjs && npx vitest run/);
    }
    expect(commands('prebuild').match(/npm run build:prebuilds/g)).toHaveLength(2);
    const order = ['tools/prebuilds/prebuild.mjs --check --all', 'npm pack'].map((command) => commands('package').indexOf(command));
    expect(order[0]).toBeGreaterThan(-1);
    expect(order[1]).toBeGreaterThan(order[0]!);
  });

  test('publishes with provenance, and only that job may say who it is', () => {
    expect(commands('publish')).toContain('npm publish --provenance');
    expect(jobs.publish!.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(permissions).toEqual({ contents: 'read' });
    expect(text.match(/id-token/g)).toHaveLength(1);
  });

  test('the files and scripts that it names are here', () => {
    for (const [, name] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts, name).toHaveProperty([name!]);
    for (const [name] of text.matchAll(/(?<!path: )\b(deps|test|tools)\/[\w/-]+\.mjs/g)) expect(fs.existsSync(path.join(project, name)), name).toBe(true);
    for (const [, one] of text.matchAll(/TESTS: (.*)/g)) {
      for (const name of one!.split(' ')) {
        const [folder, start] = [path.dirname(name), path.basename(name)];
        expect(fs.readdirSync(path.join(project, folder)).some((file) => file.startsWith(start)), name).toBe(true);
      }
    }
    expect(commands('nghttp2')).toContain(`fetch ${newest} `);
  });
});
