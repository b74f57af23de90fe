SELECT
  lead_key AS [lead_id],
  score,
  CASE WHEN score >= 30 THEN N'Call now' WHEN score >= 15 THEN N'Nurture' WHEN score >= -99 THEN N'Wait' ELSE N'' END AS band,
  CASE WHEN score >= 30 THEN 0.2 WHEN score >= 15 THEN 0.05 WHEN score >= 0 THEN 0.01 ELSE 0.001 END AS close_rate,
  CASE level_1 WHEN 0 THEN N'Sector: Software (+12)' WHEN 1 THEN N'Sector: Santé (-4)' WHEN 3 THEN N'Sector: any other answer (+1)' END AS reason_1,
  CASE level_2 WHEN 1 THEN N'Visits: 5-9 (+3)' WHEN 2 THEN N'Visits: 10+ (+9)' WHEN 3 THEN N'Visits: not given (-2)' END AS reason_2,
  CASE level_3 WHEN 0 THEN N'Newsletter: yes (+1)' END AS reason_3,
  CASE level_4 WHEN 0 THEN N'Demo: requested (+20)' END AS reason_4
FROM (
  SELECT
    levels.*,
    CASE level_1 WHEN 0 THEN 12 WHEN 1 THEN -4 WHEN 3 THEN 1 ELSE 0 END
        + CASE level_2 WHEN 1 THEN 3 WHEN 2 THEN 9 WHEN 3 THEN -2 ELSE 0 END
        + CASE level_3 WHEN 0 THEN 1 ELSE 0 END
        + CASE level_4 WHEN 0 THEN 20 ELSE 0 END AS score
  FROM (
    SELECT
      lead_key,
      CASE
        WHEN t_1 IS NULL OR t_1 NOT LIKE N'%[^ ' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N']%' THEN 2
        WHEN t_1 + N'|' IN (N'SaaS|', N'Software|') THEN 0
        WHEN t_1 + N'|' IN (N'Santé|') THEN 1
        ELSE 3
      END AS level_1,
      CASE
        WHEN t_2 IS NULL OR t_2 NOT LIKE N'%[^ ' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N']%' OR t_2 + N'|' IN (N'Select|') THEN 3
        WHEN n_2 < 5 THEN 0
        WHEN n_2 >= 5 AND n_2 < 10 THEN 1
        WHEN n_2 >= 10 THEN 2
        ELSE 4
      END AS level_2,
      CASE
        WHEN t_3 IS NULL OR t_3 NOT LIKE N'%[^ ' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N']%' THEN 2
        WHEN LOWER(t_3) IN (N'true') OR n_3 IN (1) THEN 0
        WHEN LOWER(t_3) IN (N'false') OR n_3 IN (0) THEN 1
        ELSE 3
      END AS level_3,
      CASE
        WHEN t_4 IS NULL OR t_4 NOT LIKE N'%[^ ' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N']%' THEN 1
        ELSE 0
      END AS level_4
    FROM (
      SELECT
        texts.*,
        CASE WHEN t_2 NOT LIKE N'%[^ 0-9.eE+' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N'-]%' AND t_2 LIKE N'%[0-9]%' THEN TRY_CAST(t_2 AS FLOAT) END AS n_2,
        CASE WHEN t_3 NOT LIKE N'%[^ 0-9.eE+' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N'-]%' AND t_3 LIKE N'%[0-9]%' THEN TRY_CAST(t_3 AS FLOAT) END AS n_3
      FROM (
        SELECT
          source.*,
          CAST(x_1 AS NVARCHAR(4000)) COLLATE Latin1_General_100_BIN2 AS t_1,
          NULLIF(CAST(x_2 AS NVARCHAR(4000)) COLLATE Latin1_General_100_BIN2, N'NaN') AS t_2,
          CAST(x_3 AS NVARCHAR(4000)) COLLATE Latin1_General_100_BIN2 AS t_3,
          CAST(x_4 AS NVARCHAR(4000)) COLLATE Latin1_General_100_BIN2 AS t_4
        FROM (
          SELECT
            [lead_id] AS lead_key,
            [Industry] AS x_1,
            [TotalVisits] AS x_2,
            [Newsletter] AS x_3,
            [Demo requested] AS x_4
          FROM [leads]
        ) AS source
      ) AS texts
    ) AS answers
  ) AS levels
) AS points
