# e2e/local
