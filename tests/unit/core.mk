# unit/core
