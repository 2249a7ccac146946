-- Folds what is pending, where that is many.
SELECT cm_fold(512)
