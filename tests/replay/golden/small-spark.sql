SELECT
  lead_key AS `lead_id`,
  score,
  CASE WHEN score >= 30 THEN 'Call now' WHEN score >= 15 THEN 'Nurture' WHEN score >= -99 THEN 'Wait' ELSE '' END AS band,
  CASE WHEN score >= 30 THEN 0.2 WHEN score >= 15 THEN 0.05 WHEN score >= 0 THEN 0.01 ELSE 0.001 END AS close_rate,
  CASE level_1 WHEN 0 THEN 'Sector: Software (+12)' WHEN 1 THEN 'Sector: Santé (-4)' WHEN 3 THEN 'Sector: any other answer (+1)' END AS reason_1,
  CASE level_2 WHEN 1 THEN 'Visits: 5-9 (+3)' WHEN 2 THEN 'Visits: 10+ (+9)' WHEN 3 THEN 'Visits: not given (-2)' END AS reason_2,
  CASE level_3 WHEN 0 THEN 'Newsletter: yes (+1)' END AS reason_3,
  CASE level_4 WHEN 0 THEN 'Demo: requested (+20)' END AS reason_4
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
        WHEN t_1 IS NULL OR TRIM(BOTH ' \t\r\n' FROM t_1) = '' THEN 2
        WHEN t_1 IN ('SaaS', 'Software') THEN 0
        WHEN t_1 IN ('Santé') THEN 1
        ELSE 3
      END AS level_1,
      CASE
        WHEN t_2 IS NULL OR TRIM(BOTH ' \t\r\n' FROM t_2) = '' OR t_2 IN ('Select') THEN 3
        WHEN n_2 < 5 THEN 0
        WHEN n_2 >= 5 AND n_2 < 10 THEN 1
        WHEN n_2 >= 10 THEN 2
        ELSE 4
      END AS level_2,
      CASE
        WHEN t_3 IS NULL OR TRIM(BOTH ' \t\r\n' FROM t_3) = '' THEN 2
        WHEN LOWER(t_3) IN ('true') THEN 0
        WHEN LOWER(t_3) IN ('false') THEN 1
        ELSE 3
      END AS level_3,
      CASE
        WHEN t_4 IS NULL OR TRIM(BOTH ' \t\r\n' FROM t_4) = '' THEN 1
        ELSE 0
      END AS level_4
    FROM (
      SELECT
        texts.*,
        CASE WHEN LOWER(t_2) IN ('true', 'false') THEN CASE LOWER(t_2) WHEN 'true' THEN 1 ELSE 0 END WHEN t_2 IN ('Infinity', '-Infinity') OR t_2 RLIKE '^[ \\t\\r\\n]*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?[ \\t\\r\\n]*$' THEN CAST(t_2 AS DOUBLE) END AS n_2
      FROM (
        SELECT
          source.*,
          CAST(x_1 AS STRING) AS t_1,
          NULLIF(CAST(x_2 AS STRING), 'NaN') AS t_2,
          CAST(x_3 AS STRING) AS t_3,
          CAST(x_4 AS STRING) AS t_4
        FROM (
          SELECT
            `lead_id` AS lead_key,
            `Industry` AS x_1,
            `TotalVisits` AS x_2,
            `Newsletter` AS x_3,
            `Demo requested` AS x_4
          FROM `leads`
        ) AS source
      ) AS texts
    ) AS answers
  ) AS levels
) AS points
