import type { Server } from 'node:http';
import { createRequire } from 'node:module';

/**
 * LevelDB maps each table file that it has open into memory, by default up to a thousand of 2 MB. The least number that it takes, of
 * the least size: at most 64 MB mapped, however much is stored.
 */
const DATABASE = { maxOpenFiles: 74, maxFileSize: 1_048_576 };

/** The part of the package `level` that dynalite uses. */
export interface LevelModule {
  Level: new (
    path: string,
    options: object,
  ) => { keys(options?: object): LevelIterator; values(options?: object): LevelIterator };
}
export interface LevelIterator {
  close(): Promise<void>;
  return?: () => Promise<void>;
}

/**
 * Emulated DynamoDB over files in a folder. dynalite has no options for its database, and leaves each query's iterator open, since it
 * closes it by a method that iterators of this version of `level` lack. An open iterator keeps files and memory that were replaced
 * long ago. So dynalite gets a class of ours.
 */
export async function tableServer(path: string): Promise<Server> {
  const required = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const level: LevelModule = required('level');
  const { Level } = level;
  level.Level = class extends Level {
    constructor(where: string, options: object) {
      super(where, { ...options, ...DATABASE });
    }
    override keys(options?: object): LevelIterator {
      return closable(super.keys(options));
    }
    override values(options?: object): LevelIterator {
      return closable(super.values(options));
    }
  };
  // Loaded now: it takes the class out of the package when it is.
  const { default: dynalite } = await import('dynalite');
  return dynalite({ path, createTableMs: 0 });
}

function closable(iterator: LevelIterator): LevelIterator {
  iterator.return = () => iterator.close();
  return iterator;
}
