def configure(config): pass
